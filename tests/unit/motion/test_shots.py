import numpy as np
import pytest

from funscribe.motion.shots import bridge, flashes, split_shots


def scores(count, **at):
    cut = np.zeros(count)
    for place, value in at.items():
        cut[int(place[1:])] = value
    return cut


def test_a_cut_begins_a_shot():
    assert split_shots(scores(10, _4=0.9), 0.4) == [slice(0, 4), slice(4, 10)]


def test_the_first_frame_begins_no_second_shot():
    assert split_shots(scores(5, _0=0.9), 0.4) == [slice(0, 5)]


def test_a_flash_is_no_cut():
    cut = scores(10, _4=0.9, _5=0.8)
    assert split_shots(cut, 0.4) == [slice(0, 10)]
    assert flashes(cut, 0.4).nonzero()[0].tolist() == [4, 5]


def test_a_clip_without_frames_has_no_shots():
    assert split_shots(np.zeros(0), 0.4) == []


def test_odd_rows_are_bridged():
    rows = np.array([[1.0], [9], [9], [3], [9]])
    bridge(rows, np.array([False, True, True, False, True]))
    assert rows[:, 0] == pytest.approx([1, 2, 2, 3, 3])
    only = np.array([[7.0]])
    bridge(only, np.array([True]))
    assert only[0, 0] == 7
