"""BoT-SORT: the camera is taken out, and appearance tells who is who."""

import numpy as np
import pytest

from funscribe.errors import RecipeInvalid
from funscribe.records import Detections, TrackRows
from funscribe.track import BotSort, ByteTrack, TrackOptions

BOXES = np.array([[100.0, 100, 160, 260], [300, 120, 350, 250], [500, 90, 570, 280]])


def _found(boxes: np.ndarray, looks: np.ndarray | None = None) -> Detections:
    return Detections(boxes, np.full(len(boxes), 0.9), np.zeros(len(boxes)), looks)


def _shaken(tracker: BotSort | ByteTrack) -> list[TrackRows]:
    """Follow things that rest, before a camera that jumps about by as much as they are wide."""
    rng = np.random.default_rng(1)
    boxes, told = BOXES, []
    for k in range(40):
        turn, shift = rng.normal(0, 0.01), rng.uniform(-70, 70, 2)
        camera = np.array([[1, -turn, shift[0]], [turn, 1, shift[1]]])
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        moved = centre @ camera[:, :2].T + camera[:, 2]
        boxes = boxes + np.tile(moved - centre, 2) if k else boxes
        told.append(tracker.update(k / 30, _found(boxes), camera=camera if k else None))
    return told


def test_a_camera_that_is_known_loses_nobody() -> None:
    told = _shaken(BotSort())
    assert {tuple(rows.track_id[rows.seen].tolist()) for rows in told} == {(1, 2, 3)}
    lost = _shaken(ByteTrack())
    assert max(int(rows.track_id.max(initial=0)) for rows in lost) > 3


def test_appearance_tells_two_that_pass_each_other() -> None:
    looks = np.array([[1.0, 0, 0.2], [0, 1, 0.2]])
    told = []
    tracker = BotSort()
    for k in range(40):
        # They meet, and part again the way they came; by place and speed they would go on.
        away = abs(20 - k) * 4.0
        boxes = np.array([[200 - away, 100, 260 - away, 260], [210 + away, 100, 270 + away, 260]])
        told.append(tracker.update(k / 30, _found(boxes, looks)))
    assert told[-1].track_id[told[-1].xyxy[:, 0].argmin()] == told[0].track_id[told[0].xyxy[:, 0].argmin()]


def test_embeddings_of_another_length_are_not_compared() -> None:
    tracker = BotSort()
    tracker.update(0.0, _found(BOXES, np.eye(3)))
    rows = tracker.update(0.1, _found(BOXES, np.ones((3, 5))))
    assert rows.track_id.tolist() == [1, 2, 3]
    rows = tracker.update(0.2, _found(BOXES))
    assert rows.track_id.tolist() == [1, 2, 3]


def test_options_come_by_keyword_or_from_those_of_all_trackers() -> None:
    tracker = BotSort.from_options(TrackOptions(new_score=0.95), (640, 360))
    assert len(tracker.update(0.0, _found(BOXES))) == 0
    with pytest.raises(RecipeInvalid, match="look_keep"):
        BotSort(look_keep=1.0)


def test_a_camera_that_is_no_affine_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        BotSort().update(0.0, _found(BOXES), camera=np.eye(3))
