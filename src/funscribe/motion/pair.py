"""The distance of contact and anchor along the anchor's axis: where the motion is, without any drift.

It is measured in lengths of the anchor, so a camera that moves or zooms cancels out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from funscribe.motion.roles import Strand, measured
from funscribe.records import Array, Trace

_BORDER_PX = 3.0  # an edge so near to the border of the picture is that of the picture
_WHOLE = 90  # percentile of the sides of a box that is the thing's own
_NEAR_S = 0.6  # how long a place of the anchor holds good
_STEADY_S = 2.0  # over which the length of the anchor is taken
_ROUND = 1.2  # sides of an anchor that differ by less than this do not tell the axis


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """What contact and anchor say, at the moments at which the contact was measured.

    Attributes:
        time_s: The moments (M,), increasing (s).
        place: How far the contact is along the axis, from the middle of the anchor (M,), in its lengths.
        say: How far each can be believed (M,), 0..1.
        direction: Unit vector in the picture in which the place grows; (0, 0) is away from the camera.
    """

    time_s: Array
    place: Array
    say: Array
    direction: tuple[float, float]


def measure_pairs(
    trace: Trace, shot: slice, anchors: Sequence[Strand], contacts: Sequence[Strand]
) -> tuple[Pair, ...]:
    """Return what contact and anchor say in a shot: nothing where they were not seen together.

    First the distance along the axis, then, for what moves towards the camera, by how much the contact is
    smaller than the anchor (the logarithm of the ratio, which is their distance in depth).

    Of several tracks with the same role the one that was there most counts; of the contacts, the one that
    moves most.
    """
    size_wh = trace.info.size_wh
    held, moved = (
        [m for m in (_middles(*measured(s, shot, trace.detections), size_wh) for s in part) if len(m.frame)]
        for part in (anchors, contacts)
    )
    if not held or not moved:
        return ()
    time_s = trace.time_s[shot]
    anchor = _over(held, [float(len(h.frame)) for h in held])
    axis = _axis(anchor, moved)
    along = [_relative(time_s, anchor, m, axis) for m in moved]
    deep = [_depth(time_s, anchor, m) for m in moved]
    ways = ((along, (0.0, -1.0) if axis else (1.0, 0.0)), (deep, (0.0, 0.0)))
    pairs = [_join(time_s, moved, found, direction) for found, direction in ways]
    return tuple(pair for pair in pairs if pair is not None)


def _join(
    time_s: Array,
    moved: list[_Middles],
    found: list[tuple[Array, Array]],
    direction: tuple[float, float],
) -> Pair | None:
    """Return several contacts as one; in each frame the one that moves most counts."""
    rank = [float(np.sum(say) * np.std(place)) for place, say in found]
    order = np.argsort(rank, kind="stable")
    frame = np.concatenate([moved[k].frame for k in order])
    place, say = (np.concatenate([found[k][i] for k in order]) for i in (0, 1))
    kept = say > 0
    frame, place, say = frame[kept], place[kept], say[kept]
    last = len(frame) - 1 - np.unique(frame[::-1], return_index=True)[1]
    return Pair(time_s[frame[last]], place[last], say[last], direction) if len(last) > 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class _Middles:
    """Middle and size (n, 2) of a box at some frames (n,), and whether all of it is in the picture (n,)."""

    frame: Array
    middle: Array
    size: Array
    whole: Array


def _middles(frame: Array, xyxy: Array, size_wh: tuple[int, int]) -> _Middles:
    """Return where the middles are; of a box cut at the border it is told from the edge that is seen."""
    low, high = xyxy[:, :2], xyxy[:, 2:]
    if not len(frame):
        return _Middles(frame, low, high, np.ones(0, np.bool_))
    size = high - low
    cut_low, cut_high = low < _BORDER_PX, high > np.array(size_wh) - _BORDER_PX
    cut = cut_low | cut_high
    whole = np.where(cut.all(0), np.percentile(size, _WHOLE, axis=0), 0)
    for k in np.flatnonzero(~cut.all(0)):
        # Its size is that of the moments at which it is whole.
        whole[k] = np.median(size[~cut[:, k], k])
    own = np.where(cut, np.maximum(size, whole), size)
    middle = np.where(cut_low & ~cut_high, high - own / 2, (low + high) / 2)
    middle = np.where(cut_high & ~cut_low, low + own / 2, middle)
    return _Middles(frame, middle, own, np.asarray(~cut.any(1)))


def _over(parts: list[_Middles], rank: list[float]) -> _Middles:
    """Return several tracks as one; in each frame the one of the highest rank counts."""
    order = np.argsort(rank, kind="stable")
    frame = np.concatenate([parts[k].frame for k in order])
    last = len(frame) - 1 - np.unique(frame[::-1], return_index=True)[1]
    columns = (np.concatenate([getattr(parts[k], n) for k in order]) for n in ("middle", "size", "whole"))
    return _Middles(frame[last], *(column[last] for column in columns))


def _axis(anchor: _Middles, moved: list[_Middles]) -> int:
    """Return 0 for an axis across the picture, 1 for one up and down: the longer side of the anchor."""
    width, height = np.median(anchor.size, axis=0)
    if max(width, height) >= _ROUND * min(width, height):
        return int(height > width)
    most = max(moved, key=lambda m: len(m.frame))
    rest = most.middle - np.stack(
        [np.interp(most.frame, anchor.frame, anchor.middle[:, k]) for k in (0, 1)], 1
    )
    across, down = rest.std(0)
    return int(down >= across)


def _depth(time_s: Array, anchor: _Middles, contact: _Middles) -> tuple[Array, Array]:
    """Return by how much a contact is smaller than the anchor (n,), and say (n,)."""
    own = 0.5 * np.log(np.maximum(contact.size, 1)).sum(1)
    held_s, now_s = time_s[anchor.frame], time_s[contact.frame]
    anchor_own = _steady(held_s, 0.5 * np.log(np.maximum(anchor.size, 1)).sum(1))
    return np.interp(now_s, held_s, anchor_own) - own, contact.whole.astype(np.float64)


def _relative(time_s: Array, anchor: _Middles, contact: _Middles, axis: int) -> tuple[Array, Array]:
    """Return place (n,) and say (n,) of a contact."""
    held_s, now_s = time_s[anchor.frame], time_s[contact.frame]
    length = _steady(held_s, anchor.size[:, axis])
    middle = np.interp(now_s, held_s, anchor.middle[:, axis])
    after = np.searchsorted(held_s, now_s).clip(0, len(held_s) - 1)
    away = np.minimum(np.abs(held_s[after] - now_s), np.abs(held_s[np.maximum(after - 1, 0)] - now_s))
    say = np.where(away <= 1e-6, 1.0, 0.5) * (away <= _NEAR_S)
    place = (contact.middle[:, axis] - middle) / np.maximum(np.interp(now_s, held_s, length), 1.0)
    return (-place if axis else place), say


def _steady(time_s: Array, size: Array) -> Array:
    """Return the size (n,) without the noise of its box: a camera zooms slowly."""
    if len(size) < 3:
        return np.full(len(size), float(np.median(size)))
    rate = (len(time_s) - 1) / max(float(time_s[-1] - time_s[0]), 1e-6)
    width = max(3, int(_STEADY_S * rate)) | 1
    calm = median_filter(size, min(width, len(size) | 1), mode="nearest")
    return np.asarray(gaussian_filter1d(calm, width / 4, mode="nearest"))
