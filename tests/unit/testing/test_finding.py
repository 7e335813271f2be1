import dataclasses

import numpy as np
import pytest

from funscribe.testing import CROWDS, SCENES
from funscribe.testing.finding import Faults, find, true_tracks
from funscribe.testing.layers import Thing
from funscribe.testing.scene import Scene, Shot

SIZE = (640, 360)


def scene_of(boxes, names):
    """A scene of things that stand still in whole boxes, the last one before the others."""
    things = []
    for (x0, y0, x1, y1), name in zip(boxes, names, strict=True):
        surface = np.full((y1 - y0, x1 - x0, 2), 255, np.uint8)
        middle = np.array([[1.0, 0, (x0 + x1 - 1) / 2], [0, 1, (y0 + y1 - 1) / 2], [0, 0, 1]])
        things.append(Thing(surface, lambda t, p, middle=middle: middle, name))
    return Scene("made", "up", lambda t: np.full(np.shape(t), 0.5), lambda: (Shot(0.0, tuple(things)),))


def seconds(duration_s, rate_hz=30.0):
    return np.arange(round(duration_s * rate_hz)) / rate_hz


EXACT = Faults(px=0, part=0, missed=0, false=0)


def test_without_faults_the_boxes_are_exact_and_sparse():
    found = find(scene_of([(10, 20, 50, 90)], ["ball"]), seconds(2), EXACT).detections
    assert found.looked.sum() == 20
    assert found.looked[0]
    assert found.classes == ("ball",)
    assert found.xyxy == pytest.approx(np.tile([10, 20, 50, 90], (20, 1)))
    assert found.at(1) is None


def test_faults_are_as_large_and_as_many_as_said():
    faults = Faults(rate_hz=0, px=2, part=0.01, missed=0.1, false=0.3)
    found = find(scene_of([(100, 100, 300, 200)], ["ball"]), seconds(60), faults)
    real = found.thing >= 0
    assert real.sum() / 1800 == pytest.approx(0.9, abs=0.03)
    assert (~real).sum() / 1800 == pytest.approx(0.3, abs=0.05)
    error = found.detections.xyxy[real] - np.array([100, 100, 300, 200])
    assert error.std(0) == pytest.approx([4, 3, 4, 3], rel=0.1)
    assert found.detections.score[real].min() > found.detections.score[~real].max() - 1e-6


def test_what_is_hidden_or_outside_is_not_found():
    boxes = [(100, 100, 200, 200), (90, 90, 210, 210), (-90, 50, 10, 150), (600, 50, 680, 150)]
    found = find(scene_of(boxes, ["behind", "before", "gone", "partly"]), seconds(1), EXACT).detections
    assert {found.classes[k] for k in found.class_id} == {"before", "partly"}
    partly = found.xyxy[found.class_id == found.classes.index("partly")]
    assert partly[:, 2].max() == 640


def test_the_same_seed_finds_the_same_and_another_seed_does_not():
    scene = CROWDS["crowd"]
    first, again = (find(scene, seconds(3)).detections for _ in range(2))
    other = find(scene, seconds(3), Faults(seed=1)).detections
    assert first.xyxy.tobytes() == again.xyxy.tobytes()
    assert first.xyxy.tobytes() != other.xyxy.tobytes()


def test_true_tracks_join_what_was_found_and_end_in_a_long_gap():
    scene = scene_of([(10, 20, 50, 90)], ["ball"])
    found = find(scene, seconds(6), EXACT)
    tracks = true_tracks(found, seconds(6))
    assert np.diff(tracks.row_start)[:178].tolist() == [1] * 178
    assert set(tracks.track_id) == {1}
    assert tracks.seen.sum() == 60
    frame = np.repeat(np.arange(180), np.diff(found.detections.row_start))
    apart = dataclasses.replace(found, thing=np.where((frame > 60) & (frame < 120), -1, found.thing))
    assert len(set(true_tracks(apart, seconds(6)).track_id)) == 2


def test_a_scene_without_named_things_and_one_without_frames():
    nothing = find(scene_of([], []), seconds(1), Faults())
    assert len(nothing.detections.xyxy) == 0
    assert len(true_tracks(nothing, seconds(1)).track_id) == 0
    none = find(SCENES["vertical"], np.zeros(0))
    assert len(none.detections) == 0
    assert len(true_tracks(none, np.zeros(0))) == 0
