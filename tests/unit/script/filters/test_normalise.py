import numpy as np
import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse


def test_lowest_and_highest_reach_the_ends():
    got = parse("normalise")(Script([0, 1, 2], [30, 40, 50]))
    assert got.pos.tolist() == [0, 50, 100]
    assert parse("normalise(low=10, high=60)")(Script([0, 1], [30, 50])).pos.tolist() == [10, 60]


def test_a_trim_keeps_rare_spikes_from_deciding():
    pos = np.where(np.arange(200) % 2, 60, 40)
    pos[100] = 0
    script = Script(np.arange(200), pos)
    assert parse("normalise")(script).pos[1] == 100
    assert parse("normalise")(script).pos[0] == 67
    trimmed = parse("normalise(trim=1)")(script)
    assert trimmed.pos[[0, 1, 100]].tolist() == [0, 100, 0]


def test_what_does_not_move_stays():
    assert parse("normalise")(Script([0, 9], [50, 50])).pos.tolist() == [50, 50]


def test_no_range_is_refused():
    with pytest.raises(FilterInvalid, match="low must be less than high"):
        parse("normalise(low=20, high=20)")
