"""What every tracker must do: a public check, also for trackers of others.

    from funscribe.testing.tracker_kit import check_tracker
    check_tracker(MyTracker)

A check that fails is an AssertionError that says what was wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from funscribe.records import Array, Detections, TrackRows
from funscribe.track.options import TrackOptions
from funscribe.track.tracker import Tracker

SIZE_WH = (1280, 720)
_FRAMES = 90
_Moment = tuple[float, Detections | None]


class TrackerPlugin(Protocol):
    """What is registered in the group `funscribe.trackers`."""

    def from_options(self, options: TrackOptions, size_wh: tuple[int, int]) -> Tracker:
        """Return a new tracker."""


def check_tracker(plugin: TrackerPlugin) -> None:
    """Check a tracker.

    Args:
        plugin: What is registered in the group `funscribe.trackers`, such as a class.

    Raises:
        AssertionError: It does not do what a tracker must.
    """
    _check_things_are_followed(plugin)
    _check_uneven_times(plugin)
    _check_rare_looks(plugin)
    _check_nothing_found(plugin)
    _check_the_order_of_boxes(plugin)
    _check_same_again(plugin)
    _check_classes(plugin)
    _check_invalid_boxes(plugin)
    _check_times_rise(plugin)
    _check_many_boxes(plugin)


def walk(time_s: float, jitter: Array | float = 0.0) -> Array:
    """Return the boxes (3, 4) of three things that move steadily and keep apart, at a time."""
    start = np.array([[100.0, 100, 180, 260], [600, 300, 660, 420], [900, 80, 1000, 380]])
    speed = np.array([[60.0, 20], [-40, 30], [10, -15]])
    return np.asarray(start + np.tile(speed * time_s, 2) + jitter)


def seen_at(time_s: float, order: Sequence[int] = (0, 1, 2), seed: int | None = None) -> Detections:
    """Return what a detector finds of these three things, a little off where a seed is given."""
    jitter = 0.0 if seed is None else np.random.default_rng(seed).normal(0, 1, (3, 4))
    boxes, score = walk(time_s, jitter)[list(order)], np.array([0.9, 0.85, 0.95])[list(order)]
    return Detections(boxes, score, np.zeros(len(boxes)))


def _new(plugin: TrackerPlugin) -> Tracker:
    return plugin.from_options(TrackOptions(), SIZE_WH)


def _follow(plugin: TrackerPlugin, moments: Iterable[_Moment]) -> list[TrackRows]:
    """Return the rows of all moments, each of them checked."""
    tracker = _new(plugin)
    return [_checked(tracker.update(time_s, found)) for time_s, found in moments]


def _checked(rows: TrackRows) -> TrackRows:
    assert isinstance(rows, TrackRows), f"update returns TrackRows, not {type(rows).__name__}"
    ids = rows.track_id
    assert len(set(ids.tolist())) == len(ids), f"an id came twice at one moment: {sorted(ids.tolist())}"
    assert not len(ids) or ids.min() >= 1, "ids are at least 1"
    assert rows.xyxy.dtype == np.float32, f"boxes are float32, not {rows.xyxy.dtype}"
    assert np.isfinite(rows.xyxy).all(), "boxes are finite"
    assert (rows.xyxy[:, 2:] >= rows.xyxy[:, :2]).all(), "boxes have no negative size"
    assert np.isfinite(rows.score).all(), "scores are finite"
    return rows


def _check_three(moments: Sequence[_Moment], told: Sequence[TrackRows], what: str) -> None:
    """Check that from the fifth moment on there are three tracks, always the same, where the things are."""
    ids = {tuple(sorted(rows.track_id.tolist())) for rows in told[5:]}
    assert len(ids) == 1, f"{what}: the tracks change: {sorted(ids)}"
    assert len(next(iter(ids))) == 3, f"{what}: three things are {len(next(iter(ids)))} tracks"
    for (time_s, found), rows in zip(moments[5:], told[5:], strict=True):
        order = np.argsort(rows.track_id)
        off = np.abs(walk(time_s)[None] - rows.xyxy[order][:, None]).max(-1).min(1)
        assert off.max() < 15, f"{what}: a track is {off.max():.0f} px from its thing at {time_s:.2f} s"
        if found is not None:
            assert rows.seen.all(), f"{what}: a track that was found is not told as seen"
        else:
            assert not rows.seen.any(), f"{what}: a track is told as seen where nothing looked"


def _check_things_are_followed(plugin: TrackerPlugin) -> None:
    moments: list[_Moment] = [(k / 30, seen_at(k / 30, seed=k)) for k in range(_FRAMES)]
    _check_three(moments, _follow(plugin, moments), "30 frames a second")


def _check_uneven_times(plugin: TrackerPlugin) -> None:
    steps = np.random.default_rng(1).choice([1 / 120, 1 / 30, 1 / 12], _FRAMES)
    times = (1e4 + np.cumsum(steps)).tolist()
    shift = times[0]
    tracker = _new(plugin)
    told = [_checked(tracker.update(t, seen_at(t - shift, seed=k))) for k, t in enumerate(times)]
    moments: list[_Moment] = [(t - shift, seen_at(t - shift)) for t in times]
    _check_three(moments, told, "uneven times")


def _check_rare_looks(plugin: TrackerPlugin) -> None:
    moments: list[_Moment] = [
        (k / 30, seen_at(k / 30, seed=k) if k % 3 == 0 else None) for k in range(_FRAMES)
    ]
    _check_three(moments, _follow(plugin, moments), "a look at every third frame")


def _check_nothing_found(plugin: TrackerPlugin) -> None:
    none = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0))
    told = _follow(plugin, [(k / 30, none if k % 2 else None) for k in range(20)])
    assert all(len(rows) == 0 for rows in told), "there are tracks where nothing was ever found"
    moments: list[_Moment] = [(k / 30, seen_at(k / 30)) for k in range(30)]
    moments += [(1 + k / 30, none) for k in range(120)]
    moments += [(5 + k / 30, seen_at(k / 30)) for k in range(30)]
    told = _follow(plugin, moments)
    assert not any(rows.seen.any() for rows in told[30:150]), (
        "a track is told as seen where nothing was found"
    )
    assert len(told[149]) == 0, "tracks are still told four seconds after all was gone"
    before, after = (set(told[k].track_id.tolist()) for k in (29, 179))
    assert len(after) == 3, f"three new things are {len(after)} tracks"
    assert not before & after, "an id is given again that was another's"


def _check_the_order_of_boxes(plugin: TrackerPlugin) -> None:
    turns = np.random.default_rng(2).permuted(np.tile(np.arange(3), (_FRAMES, 1)), axis=1).tolist()
    plain = _follow(plugin, [(k / 30, seen_at(k / 30, seed=k)) for k in range(_FRAMES)])
    mixed = _follow(plugin, [(k / 30, seen_at(k / 30, turns[k], seed=k)) for k in range(_FRAMES)])
    names: dict[int, int] = {}
    for a, b in zip(plain, mixed, strict=True):
        assert len(a) == len(b), "the order of the detections changes how many tracks there are"
        for name, box in zip(a.track_id.tolist(), a.xyxy, strict=True):
            off = np.abs(b.xyxy - box).max(1)
            assert off.min() < 0.01, "the order of the detections changes where tracks are"
            other = int(b.track_id[off.argmin()])
            assert names.setdefault(name, other) == other, "the order of the detections changes who is who"


def _check_same_again(plugin: TrackerPlugin) -> None:
    moments: list[_Moment] = [(k / 30, seen_at(k / 30, seed=k) if k % 4 else None) for k in range(40)]
    for a, b in zip(_follow(plugin, moments), _follow(plugin, moments), strict=True):
        for name in ("track_id", "xyxy", "score", "class_id", "seen"):
            assert np.array_equal(getattr(a, name), getattr(b, name)), f"the same input gives another {name}"


def _check_classes(plugin: TrackerPlugin) -> None:
    found = seen_at(0.0)
    others = Detections(found.xyxy, found.score, np.arange(3) + 4)
    told = _follow(plugin, [(k / 30, others) for k in range(10)])[-1]
    for box, kind in zip(told.xyxy, told.class_id, strict=True):
        nearest = int(np.abs(found.xyxy - box).sum(1).argmin())
        assert kind == nearest + 4, "a track has not the class of its detections"


def _check_invalid_boxes(plugin: TrackerPlugin) -> None:
    tracker, plain = _new(plugin), _new(plugin)
    nan, inf = float("nan"), float("inf")
    bad = np.array([[nan, 0, 9, 9], [5, 5, 1, 9], [5, 5, 5, 9], [0, 0, inf, 9], [0, 0, 9, 9]])
    for k in range(20):
        found = seen_at(k / 30)
        boxes = np.concatenate([bad, found.xyxy])
        score = np.concatenate([[0.9, 0.9, 0.9, 0.9, nan], found.score])
        rows = _checked(tracker.update(k / 30, Detections(boxes, score, np.zeros(len(boxes)))))
        good = plain.update(k / 30, found)
        assert np.array_equal(rows.xyxy, good.xyxy), "invalid boxes change the tracks"
    assert tracker.dropped == 20 * len(bad), (
        f"{20 * len(bad)} invalid boxes, {tracker.dropped} told as dropped"
    )
    assert plain.dropped == 0, "valid boxes are told as dropped"


def _check_many_boxes(plugin: TrackerPlugin) -> None:
    rng = np.random.default_rng(3)
    low = np.stack(np.meshgrid(np.arange(100), np.arange(50)), -1).reshape(-1, 2) * [12.8, 14.4]
    boxes = np.hstack([low, low + rng.uniform(8, 12, (len(low), 2))])
    crowd = [boxes + rng.normal(0, 0.2, boxes.shape) for _ in range(3)]
    told = _follow(
        plugin, [(k / 30, Detections(b, np.full(len(b), 0.9), np.zeros(len(b)))) for k, b in enumerate(crowd)]
    )
    assert len(told[-1]) == len(boxes), f"{len(boxes)} boxes that rest are {len(told[-1])} tracks"
    assert set(told[-1].track_id.tolist()) == set(told[-2].track_id.tolist()), (
        "a crowd that rests is mixed up"
    )


def _check_times_rise(plugin: TrackerPlugin) -> None:
    for later in (1.0, 0.5, float("nan")):
        tracker = _new(plugin)
        tracker.update(1.0, seen_at(0.0))
        try:
            tracker.update(later, seen_at(0.0))
        except ValueError:
            continue
        raise AssertionError(f"{later} s after 1 s is taken, and should be refused with a ValueError")
