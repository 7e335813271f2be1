"""What a model would find in a scene: the true boxes with the faults of a real detector, and their tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funscribe.records import DetectionRows, Tracks
from funscribe.testing.scene import Scene

Array = NDArray[Any]
_LONGEST_GAP_S = 1.5
_LEAST_SEEN = 0.25  # part of a thing that must be in the picture for it to be found


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with what is found.

    Attributes:
        rate_hz: How often pictures are looked at (Hz); 0 looks at each.
        px: Standard deviation of each edge of a box (px) ...
        part: ... and what is added to it, as part of the side.
        missed: Part of the boxes that are not found.
        false: Boxes of nothing in each picture, on average.
        hidden: Part of a thing that something before it may cover until it is not found.
        seed: Chooses them.
    """

    rate_hz: float = 10.0
    px: float = 2.0
    part: float = 0.01
    missed: float = 0.1
    false: float = 0.3
    hidden: float = 0.6
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found, and what it really is.

    Attributes:
        detections: As a detector gives it.
        thing: Which thing of `Scene.boxes` each row is (R,), int64; -1 is nothing.
    """

    detections: DetectionRows
    thing: Array


def find(scene: Scene, time_s: Array, faults: Faults = Faults()) -> Found:
    """Return what is found in the pictures of a scene at some times (T,) (s)."""
    rng = np.random.default_rng((faults.seed, scene.seed))
    boxes = scene.boxes(time_s)
    classes = tuple(sorted(set(boxes.names)))
    kind = np.array([classes.index(name) for name in boxes.names], np.int32)
    looked = _looked(time_s, faults.rate_hz)
    rows = [_nothing()] * (len(time_s) + 1)  # the last one gives the columns their types
    for frame in np.flatnonzero(looked):
        xyxy = boxes.xyxy[frame]
        seen = np.flatnonzero(_visible(xyxy, boxes.level[frame], scene.size_wh, faults.hidden))
        seen = seen[rng.random(len(seen)) >= faults.missed]
        false = _false(rng, scene.size_wh, faults.false if classes else 0.0, len(classes))
        noisy, score = (
            _noisy(rng, _within(xyxy[seen], scene.size_wh), faults),
            rng.uniform(0.65, 0.95, len(seen)),
        )
        real: tuple[Array, ...] = (noisy, score, kind[seen], seen)
        rows[frame] = tuple(np.concatenate([a, b]) for a, b in zip(real, false, strict=True))
    start = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows[:-1]])])
    xyxy, score, class_id, thing = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Found(DetectionRows(looked, start, xyxy, score, class_id, classes=classes), thing)


def _nothing() -> tuple[Array, ...]:
    return np.empty((0, 4)), np.empty(0), np.empty(0, np.int32), np.empty(0, np.int64)


def _noisy(rng: np.random.Generator, true: Array, faults: Faults) -> Array:
    sides = np.tile(true[:, 2:] - true[:, :2], 2)
    return np.asarray(true + rng.normal(0, 1, true.shape) * (faults.px + faults.part * sides))


def _false(rng: np.random.Generator, size_wh: tuple[int, int], mean: float, kinds: int) -> tuple[Array, ...]:
    """Return boxes of nothing: xyxy, score, class and -1; they score less than what is real."""
    count = int(rng.poisson(mean))
    size = rng.uniform(30, 180, (count, 2))
    corner = rng.uniform(0, 1, (count, 2)) * np.maximum(np.array(size_wh) - size, 1)
    kind = rng.integers(0, max(kinds, 1), count, np.int32)
    return np.hstack([corner, corner + size]), rng.uniform(0.15, 0.65, count), kind, np.full(count, -1)


def true_tracks(found: Found, time_s: Array) -> Tracks:
    """Return the tracks of a tracker that never errs: what is found, joined by straight lines.

    Nothing is smoothed, what is false is left out, and a gap of more than 1.5 s ends a track.
    """
    rows = found.detections
    frame = np.repeat(np.arange(len(rows)), np.diff(rows.row_start))
    columns = []
    for thing in np.unique(found.thing[found.thing >= 0]):
        mine = np.flatnonzero(found.thing == thing)
        breaks = np.flatnonzero(np.diff(time_s[frame[mine]]) > _LONGEST_GAP_S) + 1
        for number, part in enumerate(np.split(mine, breaks)):
            span = np.arange(frame[part[0]], frame[part[-1]] + 1)
            xyxy = np.stack(
                [np.interp(time_s[span], time_s[frame[part]], rows.xyxy[part, k]) for k in range(4)], 1
            )
            one = np.ones(len(span))
            columns.append(
                (
                    span,
                    one * (1 + thing + 1000 * number),
                    xyxy,
                    one * rows.score[part].mean(),
                    one * rows.class_id[part[0]],
                    np.isin(span, frame[part]),
                )
            )
    if not columns:
        none = np.empty(0)
        return Tracks(np.zeros(len(rows) + 1), none, np.empty((0, 4)), none, none, none, rows.classes)
    frames, *rest = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.argsort(frames, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(frames, minlength=len(rows)))])
    track_id, xyxy, score, class_id, seen = (column[order] for column in rest)
    return Tracks(start, track_id, xyxy, score, class_id, seen, rows.classes)


def _looked(time_s: Array, rate_hz: float) -> Array:
    """Return which frames are looked at: the first at or after each tick of the clock."""
    if rate_hz <= 0 or not len(time_s):
        return np.ones(len(time_s), np.bool_)
    tick = np.floor(np.asarray(time_s) * rate_hz + 1e-6)
    return np.concatenate([[True], np.diff(tick) > 0])


def _visible(xyxy: Array, level: Array, size_wh: tuple[int, int], hidden: float) -> Array:
    """Return which things (K,) are in the picture and not too much covered by another one before them."""
    there = np.asarray(np.isfinite(xyxy).all(1))
    inside = _within(np.where(there[:, None], xyxy, 0.0), size_wh)
    sides = np.maximum(inside[:, 2:] - inside[:, :2], 0)
    size = sides.prod(1)
    with np.errstate(invalid="ignore"):
        whole = (xyxy[:, 2:] - xyxy[:, :2]).prod(1)
    low = np.maximum(inside[:, None, :2], inside[None, :, :2])
    high = np.minimum(inside[:, None, 2:], inside[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(2) * (level[None, :] > level[:, None]) * there[None, :]
    covered = shared.max(1, initial=0) / np.maximum(size, 1e-9)
    picture = float(size_wh[0] * size_wh[1])
    return np.asarray(
        there & (size > _LEAST_SEEN * np.minimum(np.nan_to_num(whole), picture)) & (covered < hidden)
    )


def _within(xyxy: Array, size_wh: tuple[int, int]) -> Array:
    return np.asarray(np.clip(xyxy, 0, np.tile(size_wh, 2)))
