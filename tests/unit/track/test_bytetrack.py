"""ByteTrack: the public class, and that it agrees with another implementation's output."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from funscribe.errors import RecipeInvalid
from funscribe.records import Detections
from funscribe.track import ByteTrack, TrackOptions

REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "data" / "mot" / "bytetrack_reference"


def _read(name: str) -> dict[int, np.ndarray]:
    """Return for each frame rows of left, top, right, bottom, score or id."""
    frames = defaultdict(list)
    for row in json.loads((REFERENCE / name).read_text(encoding="utf-8"))["results"]:
        x, y, w, h = (float(row[key]) for key in ("x", "y", "width", "height"))
        last = float(row["prob"] if "prob" in row else row["track_id"])
        frames[int(row["frame_id"])].append((x, y, x + w, y + h, last))
    return {frame: np.array(rows) for frame, rows in frames.items()}


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference output is not in ../shared/data")
def test_it_agrees_with_the_reference_output() -> None:
    found, wanted = _read("detection_results.json"), _read("tracking_results.json")
    # Its thresholds; it seeks tracks where they were seen, and weighs no scores.
    tracker = ByteTrack(high_score=0.5, new_score=0.6, foresee=False, fuse_score=False, doubt=0)
    same: Counter[tuple[int, int]] = Counter()
    count = 0
    for frame in range(max(found) + 1):
        boxes = found[frame]
        rows = tracker.update(frame / 30, Detections(boxes[:, :4], boxes[:, 4], np.zeros(len(boxes))))
        count += max(len(wanted[frame]), int(rows.seen.sum()))
        near = np.abs(rows.xyxy[rows.seen][:, None] - wanted[frame][:, :4]).max(-1) <= 1
        ids = rows.track_id[rows.seen]
        same.update((int(ids[i]), int(wanted[frame][j, 4])) for i, j in np.argwhere(near))
    ours, theirs = (sorted({pair[side] for pair in same}) for side in (0, 1))
    matrix = np.array([[same[a, b] for b in theirs] for a in ours])
    assert matrix[linear_sum_assignment(-matrix)].sum() / count > 0.98


def test_options_come_by_keyword_or_from_those_of_all_trackers() -> None:
    sure = ByteTrack.from_options(TrackOptions(low_score=0.2, high_score=0.8, new_score=0.85), (640, 360))
    box = np.array([[10.0, 10, 50, 90]])
    assert len(sure.update(0.0, Detections(box, np.array([0.82]), np.zeros(1)))) == 0
    assert len(ByteTrack(new_score=0.8).update(0.0, Detections(box, np.array([0.82]), np.zeros(1)))) == 1
    with pytest.raises(RecipeInvalid, match="high_score"):
        ByteTrack(high_score=-1)


def test_a_field_and_a_camera_change_nothing() -> None:
    plain, told = ByteTrack(), ByteTrack()
    field, camera = np.ones((9, 16, 2)), np.array([[1.0, 0, 50], [0, 1, 50]])
    for k in range(10):
        found = Detections(np.array([[10.0 + k, 10, 50 + k, 90]]), np.array([0.9]), np.zeros(1))
        a, b = plain.update(k / 30, found), told.update(k / 30, found, field=field, camera=camera)
        assert np.array_equal(a.xyxy, b.xyxy)


def test_what_is_dropped_is_counted() -> None:
    tracker = ByteTrack()
    tracker.update(0.0, Detections(np.array([[1.0, 1, 0, 0], [0, 0, 9, 9]]), np.ones(2), np.zeros(2)))
    assert tracker.dropped == 1
