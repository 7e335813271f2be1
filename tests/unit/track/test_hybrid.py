"""The hybrid tracker: carried by the field, predicted through occlusions, found again."""

from collections.abc import Iterable

import numpy as np
import pytest

from funscribe.errors import RecipeInvalid
from funscribe.records import Detections, TrackRows
from funscribe.testing.tracker_kit import check_tracker
from funscribe.track import HybridTracker, TrackOptions

SIZE = (640, 360)
GRID = (18, 32)
SIDE = 20.0
NONE = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0))


def _box(centre: Iterable[float], size: tuple[float, float] = (100, 120)) -> np.ndarray:
    middle, half = np.array(list(centre), float), np.array(size) / 2
    return np.concatenate([middle - half, middle + half])


def _found(*boxes: np.ndarray, looks: np.ndarray | None = None, kinds: Iterable[int] = ()) -> Detections:
    classes = np.array(list(kinds) or [0] * len(boxes))
    return Detections(np.reshape(boxes, (len(boxes), 4)), np.full(len(boxes), 0.9), classes, looks)


def _field(*moving: tuple[np.ndarray, Iterable[float]]) -> np.ndarray:
    """Return the field (GY, GX, 2) of boxes with velocities (px/s); the last one stands before the others."""
    field = np.zeros((*GRID, 2))
    for box, velocity in moving:
        low, high = box[:2] / SIDE, box[2:] / SIDE
        x, y = (
            np.clip(np.minimum(high[k], np.arange(n) + 1) - np.maximum(low[k], np.arange(n)), 0, 1)
            for k, n in ((0, GRID[1]), (1, GRID[0]))
        )
        part = np.multiply.outer(y, x)[..., None]
        field = (1 - part) * field + part * np.array(list(velocity)) / SIZE[1]
    return field


def _middle(rows: TrackRows) -> np.ndarray:
    assert len(rows) == 1
    return np.asarray((rows.xyxy[0, :2] + rows.xyxy[0, 2:]) / 2, np.float64)


def _swing(time_s: np.ndarray | float) -> np.ndarray:
    """Where a thing is that moves in ways that no constant velocity follows (..., 2)."""
    phase = 2 * np.pi * np.asarray(time_s)
    return np.stack([320 + 60 * np.sin(0.7 * phase), 180 + 40 * np.sin(1.1 * phase)], -1)


def _follow(times: np.ndarray, every: int, known: bool = True) -> np.ndarray:
    """Return how far the middle is off (T, 2) of a thing that is looked for at every so many frames."""
    tracker, before, off = HybridTracker(SIZE), _swing(times[0]), []
    for k, time_s in enumerate(times.tolist()):
        now = _swing(time_s)
        field = None
        if k and known:
            field = _field((_box(before), (now - before) / (time_s - times[k - 1])))
        rows = tracker.update(time_s, _found(_box(now)) if k % every == 0 else None, field=field)
        assert not known or rows.track_id.tolist() == [1]
        assert not known or rows.seen.tolist() == [k % every == 0]
        off.append(rows.xyxy[-1].reshape(2, 2).mean(0) - now)
        before = now
    return np.array(off)


def test_conformance() -> None:
    check_tracker(HybridTracker)


def test_the_field_carries_a_box_between_looks() -> None:
    times = np.arange(120) / 30
    carried, predicted = (_follow(times, 10, known) for known in (True, False))
    assert np.abs(carried[20:]).max() < 3
    assert np.sqrt((carried[20:] ** 2).mean()) < 0.25 * np.sqrt((predicted[20:] ** 2).mean())


def test_the_middle_is_smooth_to_parts_of_a_pixel() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(150) / 30
    tracker, before, off = HybridTracker(SIZE), _swing(0.0), []
    for k, time_s in enumerate(times.tolist()):
        now = _swing(time_s)
        field = _field((_box(before), (now - before) * 30)) if k else None
        rows = tracker.update(time_s, _found(_box(now) + np.tile(rng.normal(0, 2, 2), 2)), field=field)
        off.append(_middle(rows) - now)
        before = now
    step = np.diff(np.array(off)[30:], axis=0)
    # Detections jump by 2.8 px from one to the next.
    assert np.sqrt((step**2).mean()) < 0.4


def test_uneven_times() -> None:
    times = np.cumsum(np.random.default_rng(1).choice([1 / 120, 1 / 30, 1 / 12], 150))
    assert np.abs(_follow(times, 4)[20:]).max() < 6


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_field_that_is_not_finite_is_as_none(bad: float) -> None:
    trackers = HybridTracker(SIZE), HybridTracker(SIZE)
    for k in range(30):
        found = _found(_box((200 + 3 * k, 180))) if k % 3 == 0 else None
        spoilt = trackers[0].update(k / 30, found, field=np.full((*GRID, 2), bad))
        plain = trackers[1].update(k / 30, found)
        assert spoilt.xyxy == pytest.approx(plain.xyxy, abs=0.01)


def test_a_field_without_motion_does_not_hold_a_thing_that_is_seen_to_move() -> None:
    tracker = HybridTracker(SIZE)
    for k in range(60):
        rows = tracker.update(k / 30, _found(_box((100 + 4 * k, 180))), field=np.zeros((*GRID, 2)))
        assert rows.track_id.tolist() == [1]
    assert _middle(rows)[0] == pytest.approx(100 + 4 * 59, abs=20)


def test_an_occluder_is_passed_by_prediction_and_the_track_goes_on() -> None:
    tracker = HybridTracker(SIZE)
    for k in range(60):
        box, wall = _box((150 + 3 * k, 180)), _box((240 + 25 * (k - 30), 180), (200, 300))
        hidden = 26 <= k < 36
        field = _field((box, (90, 0)), (wall, (750, 0)))
        rows = tracker.update(k / 30, NONE if hidden else _found(box), field=field if k else None)
        assert rows.track_id.tolist() == [1]
        assert rows.seen.tolist() == [not hidden]
        assert abs(_middle(rows)[0] - (150 + 3 * k)) < (20 if hidden else 8)


def test_a_track_is_found_again_beside_where_it_was_expected() -> None:
    ids = []
    for beside in (0.0, 72.0, 400.0):
        tracker = HybridTracker(SIZE)
        for k in range(30):
            tracker.update(k / 30, _found(_box((150, 180))))
        for k in range(30, 50):
            tracker.update(k / 30, NONE)
        for k in range(50, 53):
            rows = tracker.update(k / 30, _found(_box((150 + beside, 180))))
        ids.append(rows.track_id[rows.seen].tolist())
    assert ids == [[1], [1], [2]]


def test_who_could_be_either_is_not_guessed() -> None:
    tracker = HybridTracker(SIZE)
    for k in range(30):
        tracker.update(k / 30, _found(_box((150, 180))))
    for k in range(30, 50):
        tracker.update(k / 30, NONE)
    for k in range(50, 53):
        rows = tracker.update(k / 30, _found(_box((78, 180)), _box((222, 180))))
    assert 1 not in rows.track_id[rows.seen].tolist()


def test_appearance_tells_who_is_found_again() -> None:
    mine, other = np.eye(2, 4)
    for look, expected in ((mine, 1), (other, 2)):
        tracker = HybridTracker(SIZE)
        for k in range(30):
            tracker.update(k / 30, _found(_box((150, 180)), looks=mine[None]))
        for k in range(30, 50):
            tracker.update(k / 30, Detections(NONE.xyxy, NONE.score, NONE.class_id, np.zeros((0, 4))))
        for k in range(50, 53):
            rows = tracker.update(k / 30, _found(_box((265, 180)), looks=look[None]))
        assert rows.track_id[rows.seen].tolist() == [expected]


def test_nobody_is_found_again_as_another_class() -> None:
    tracker = HybridTracker(SIZE)
    for k in range(30):
        tracker.update(k / 30, _found(_box((150, 180)), kinds=[3]))
    for k in range(30, 50):
        tracker.update(k / 30, NONE)
    for k in range(50, 53):
        rows = tracker.update(k / 30, _found(_box((150, 180)), kinds=[4]))
    assert rows.track_id[rows.seen].tolist() == [2]


def test_who_passes_before_another_does_not_take_him_along() -> None:
    """Of two of one class the one behind goes on as he went; nobody looks while they cross."""
    tracker = HybridTracker(SIZE)
    for k in range(45):
        near, far = _box((100 + 6 * k, 200), (80, 200)), _box((260 - k, 170), (60, 140))
        field = _field((far, (-30, 0)), (near, (180, 0)))
        looked = _found(near, far) if k < 20 else None
        rows = tracker.update(k / 30, looked, field=field if k else None)
    assert rows.track_id.tolist() == [1, 2]
    middle = (rows.xyxy[:, 0] + rows.xyxy[:, 2]) / 2
    assert middle[0] == pytest.approx(100 + 6 * 44, abs=15)
    assert middle[1] == pytest.approx(260 - 44, abs=15)


def test_a_thing_within_another_of_a_different_class_is_steered() -> None:
    tracker = HybridTracker(SIZE)
    for k in range(30):
        body, hand = _box((320, 180), (300, 300)), _box((320, 150 + 2 * k), (60, 60))
        field = _field((body, (0, 0)), (hand, (0, 60)))
        looked = _found(body, hand, kinds=[0, 1]) if k == 0 else None
        rows = tracker.update(k / 30, looked, field=field if k else None)
    assert rows.track_id.tolist() == [1, 2]
    assert rows.xyxy[1, [1, 3]].mean() == pytest.approx(150 + 58, abs=10)


def test_the_camera_is_no_motion_of_things() -> None:
    """A camera pans over things that rest; the field shows it everywhere."""
    shift = np.array([4.0, -2.0])
    camera = np.column_stack([np.eye(2), shift])
    field = np.tile(shift * 30 / SIZE[1], (*GRID, 1))
    tracker = HybridTracker(SIZE)
    for k in range(40):
        box = _box((200, 250) + k * shift)
        rows = tracker.update(
            k / 30,
            _found(box) if k % 8 == 0 else None,
            field=field if k else None,
            camera=camera if k else None,
        )
        assert rows.track_id.tolist() == [1]
        assert _middle(rows) == pytest.approx((200, 250) + k * shift, abs=0.6)


def test_where_looks_are_rare_a_track_is_told_at_once() -> None:
    for step, expected in ((0.2, 2), (1 / 30, 1)):
        tracker = HybridTracker(SIZE)
        tracker.update(0.0, _found(_box((150, 180))))
        rows = tracker.update(step, _found(_box((150, 180)), _box((450, 180))))
        assert len(rows) == expected


def test_boxes_that_left_the_picture_are_not_told() -> None:
    tracker = HybridTracker(SIZE)
    for k in range(20):
        rows = tracker.update(k / 30, _found(_box((560 + 5 * k, 180))))
    assert len(rows) == 1
    outside = HybridTracker(SIZE).update(0.0, _found(np.array([700.0, 10, 800, 90])))
    assert len(outside) == 0
    assert len(HybridTracker().update(0.0, _found(np.array([700.0, 10, 800, 90])))) == 1


def test_five_thousand_boxes_and_a_field() -> None:
    rng = np.random.default_rng(3)
    low = np.stack(np.meshgrid(np.arange(100), np.arange(50)), -1).reshape(-1, 2) * [6.4, 7.2]
    boxes = np.hstack([low, low + np.array([5.0, 6.0])])
    tracker, field = HybridTracker(SIZE), rng.normal(0, 0.01, (*GRID, 2))
    for k in range(3):
        crowd = Detections(boxes, np.full(5_000, 0.9), np.zeros(5_000))
        rows = tracker.update(k / 30, crowd if k < 2 else None, field=field if k else None)
    assert len(rows) == 5_000
    assert np.isfinite(rows.xyxy).all()


def test_options_come_by_keyword_or_from_those_of_all_trackers() -> None:
    strict = HybridTracker.from_options(TrackOptions(new_score=0.95), SIZE)
    assert len(strict.update(0.0, _found(_box((150, 180))))) == 0
    for wrong in ({"found_cost": 0.0}, {"coast_s": -1.0}, {"sorcery": 1}):
        with pytest.raises(RecipeInvalid, match=next(iter(wrong))):
            HybridTracker(SIZE, **wrong)


def test_refusals() -> None:
    tracker = HybridTracker(SIZE)
    tracker.update(1.0, _found(_box((150, 180))))
    for shape in ((18, 32), (18, 32, 3), (0, 0, 2)):
        with pytest.raises(ValueError, match="GY, GX, 2"):
            tracker.update(2.0, None, field=np.zeros(shape))
    with pytest.raises(ValueError, match="size_wh"):
        HybridTracker().update(0.0, None, field=np.zeros((*GRID, 2)))
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        tracker.update(2.0, None, camera=np.eye(3))
    with pytest.raises(ValueError, match="rise"):
        tracker.update(0.5, None)
    assert len(tracker.update(1.1, None)) == 1
