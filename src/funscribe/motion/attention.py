"""Attention: what is tracked, or the region that the user drew, weights the cells of the field.

With roles, the tracks of the anchor and of the contacts count. Without, those whose field comes and goes
periodically, in each stretch of the clip those that do it most. All other cells keep a small weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from funscribe.motion.even import RATE_HZ
from funscribe.motion.options import MotionOptions
from funscribe.motion.periodicity import periodicity
from funscribe.motion.roles import Strand, named
from funscribe.records import Array, Trace, Tracks

_SOFT = 0.5  # cells by which a box is made larger on each side
_HELD_S, _MEAN_S = 0.5, 1.0  # about a stroke: cells that a thing leaves and comes back to keep their weight
_STRETCH_S = 10.0
_ENOUGH = 5.0  # cycles in a stretch
_FEWEST = 45  # samples of a track within a stretch, from which it can be periodic
_PERIODIC = 2.0  # per e-fold
_NEAR = 0.25  # part of the best worth from which a track counts too
_LEAST = 0.25  # periodicity of the best track, below which no track decides
_FOLLOWS = 0.5  # way of a box, as part of that of the field in it, from which it is the box that moves
_SLOWEST_HZ = 0.15
_GIVE_WAY = 0.9  # how much less the cells of tracked things say about the camera
_ROWS = 8192  # boxes at once, to save memory


def region(options: MotionOptions, grid: tuple[int, int]) -> Array | None:
    """Return how far each cell (GY * GX,) lies in the user's region, None without one."""
    if options.roi is None:
        return None
    x, y, width, height = options.roi
    return np.asarray(cover(np.array([[x, y, x + width, y + height]]), (1.0, 1.0), grid, 0.0)[0])


def cover(xyxy: Array, size_wh: tuple[float, float], grid: tuple[int, int], soft: float = _SOFT) -> Array:
    """Return how far boxes (n, 4) cover the cells (n, GY * GX), float32, 0..1.

    Args:
        xyxy: The boxes.
        size_wh: Size of the picture, in the unit of the boxes.
        grid: Number of cells (GY, GX).
        soft: By how many cells each side of a box is moved outwards.
    """
    sides = []
    for low, count, size in ((1, grid[0], size_wh[1]), (0, grid[1], size_wh[0])):
        edge = np.arange(count)
        first, last = (np.asarray(xyxy[:, [low, low + 2]], np.float64) * (count / size)).T
        inside = np.minimum(last[:, None] + soft, edge + 1) - np.maximum(first[:, None] - soft, edge)
        sides.append(inside.clip(0, 1).astype(np.float32))
    return np.asarray((sides[0][:, :, None] * sides[1][:, None, :]).reshape(len(xyxy), -1))


def weigh(
    trace: Trace, shot: slice, even_s: Array, still: Array, found: Sequence[Strand], options: MotionOptions
) -> Array | None:
    """Return the weight of each cell at even times (N, GY * GX), float32, None where all count alike.

    Args:
        trace: What was watched.
        shot: The shot.
        even_s: Even times along it (N,) (s).
        still: Its field without the camera at these times (N, GY * GX * 2).
        found: Its tracks; those with a role, where there are roles.
        options: The roles, the region and the strength.
    """
    grid = (trace.field.shape[1], trace.field.shape[2])
    drawn = region(options, grid)
    whole = [(strand, slice(0, len(even_s))) for strand in found]
    if not named(options):
        whole = [] if drawn is not None else _periodic(trace, shot, even_s, still, found)
    if not whole and drawn is None:
        return None
    weight = np.zeros((len(even_s), grid[0] * grid[1]), np.float32)
    for strand, part in whole:
        at, xyxy = _at(strand, trace.time_s[shot], even_s, part)
        for start in range(0, len(at), _ROWS):
            rows = at[start : start + _ROWS]
            covered = cover(xyxy[start : start + _ROWS], trace.info.size_wh, grid)
            weight[rows] = np.maximum(weight[rows], covered)
    if whole:
        for spread, over_s in ((maximum_filter1d, _HELD_S), (uniform_filter1d, _MEAN_S)):
            spread(weight, round(over_s * RATE_HZ) | 1, axis=0, output=weight, mode="nearest")
        # Where no track decides, all cells do.
        weight += (1 - weight.max(1, keepdims=True)).clip(0, 1) if not named(options) else 0
    if drawn is not None:
        weight = np.asarray(
            np.maximum(weight, 0.0) * drawn if whole else np.broadcast_to(drawn, weight.shape)
        )
    return np.asarray((1 - options.attention) + options.attention * weight, np.float32)


def background(trace: Trace, tracks: Tracks | None, options: MotionOptions) -> Array | None:
    """Return how much each cell should say about the camera (GY, GX), None where all say the same.

    The cells of tracked things (those with a role, where there are roles) and of the user's region give way.
    It is what `funscribe.field.camera.fit_camera` takes.
    """
    grid = (trace.field.shape[1], trace.field.shape[2])
    covered = region(options, grid)
    if tracks is not None and len(tracks.track_id) and len(trace):
        rows = np.flatnonzero(np.isfinite(tracks.xyxy).all(1))
        if named(options):
            roles = [k for k, name in enumerate(tracks.classes) if name in named(options)]
            rows = rows[np.isin(tracks.class_id[rows], roles)]
        total = np.zeros(grid[0] * grid[1])
        for start in range(0, len(rows), _ROWS):
            boxes = tracks.xyxy[rows[start : start + _ROWS]]
            total += cover(boxes, trace.info.size_wh, grid, 0.0).sum(0)
        share = np.minimum(total / len(trace), 1)
        covered = share if covered is None else np.maximum(covered, share)
    if covered is None or not covered.any():
        return None
    return np.asarray((1 - _GIVE_WAY * covered).reshape(grid), np.float32)


def _at(strand: Strand, time_s: Array, even_s: Array, part: slice) -> tuple[Array, Array]:
    """Return the samples (n,) of a part of the even times at which a track is there, and its boxes (n, 4)."""
    stop = time_s[strand.frame[-1]] + 0.5 / RATE_HZ
    first, last = np.searchsorted(even_s, (time_s[strand.frame[0]] - 0.5 / RATE_HZ, stop))
    at = np.arange(max(first, part.start), min(last, part.stop))
    near = np.searchsorted(time_s[strand.frame], even_s[at] - 0.5 / RATE_HZ).clip(0, len(strand.frame) - 1)
    there = np.abs(time_s[strand.frame[near]] - even_s[at]) <= 1 / RATE_HZ
    return at[there], strand.xyxy[near[there]]


def _periodic(
    trace: Trace, shot: slice, even_s: Array, still: Array, found: Sequence[Strand]
) -> list[tuple[Strand, slice]]:
    """Return in each stretch of a shot the tracks whose field is the most periodic and the strongest."""
    count = len(even_s)
    number = max(1, round(count / (_STRETCH_S * RATE_HZ)))
    edges = [round(k * count / number) for k in range(number + 1)]
    time_s = trace.time_s[shot]
    first_s, last_s = (np.array([time_s[strand.frame[k]] for strand in found]) for k in (0, -1))
    chosen = []
    for start, stop in pairwise(edges):
        part = slice(start, stop)
        there = np.flatnonzero((first_s <= even_s[stop - 1]) & (last_s >= even_s[start])).tolist()
        here = [(found[k], *_worth(trace, shot, even_s, still, found[k], part)) for k in there]
        best = max((worth for _, worth, _ in here), default=0.0)
        if any(worth == best and periodic >= _LEAST for _, worth, periodic in here) and best > 0:
            chosen += [(strand, part) for strand, worth, _ in here if worth >= _NEAR * best]
    return chosen


def _worth(
    trace: Trace, shot: slice, even_s: Array, still: Array, strand: Strand, part: slice
) -> tuple[float, float]:
    """Return what speaks for a track in a stretch, and how periodic the field in its box is there."""
    at, xyxy = _at(strand, trace.time_s[shot], even_s, part)
    if len(at) < _FEWEST:
        return 0.0, 0.0
    grid = (trace.field.shape[1], trace.field.shape[2])
    covered = cover(xyxy, trace.info.size_wh, grid, 0.0)
    cells = np.flatnonzero(covered.any(0))
    covered = covered[:, cells]
    size = np.maximum(covered.sum(1), 1e-6)
    curves = np.zeros((3, part.stop - part.start))
    for axis, away in enumerate((cells % grid[1], cells // grid[1])):
        seen = still[at[:, None], 2 * cells + axis] * covered
        whole = seen.sum(1)
        curves[axis, at - part.start] = whole / size
        # What grows moves away from its middle on either side.
        grows = seen @ away - whole * (covered @ away) / size
        curves[2, at - part.start] += grows / (size * np.sqrt(np.maximum(size, 1)))
    tempo, periodic = periodicity(curves, np.full(3, _SLOWEST_HZ))
    energy = curves.var(1) * float(size.mean())
    cycles = tempo * (len(at) / RATE_HZ)
    worth = energy * np.maximum(periodic, 0.02) ** _PERIODIC * np.minimum(cycles / _ENOUGH, 1) ** 2
    # The box of what turns or is passed by rests, however much its field moves.
    way = curves.std(1) / (2 * np.pi * tempo)
    follows = _way(xyxy, even_s[at]) / trace.info.size_wh[1] / np.maximum(way, 1e-9)
    worth *= np.minimum(follows / _FOLLOWS, 1) ** 2
    best = int(worth.argmax())
    return float(worth[best]), float(periodic[best])


def _way(xyxy: Array, time_s: Array) -> Array:
    """Return how far boxes (n, 4) go to and fro across, up and down, and in size (3,) (px)."""
    sides = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 0)
    rows = np.column_stack([(xyxy[:, :2] + xyxy[:, 2:]) / 2, np.sqrt(sides.prod(1)) / 2])
    line = np.column_stack([np.ones(len(time_s)), time_s - time_s.mean()])
    return np.asarray((rows - line @ np.linalg.lstsq(line, rows, rcond=None)[0]).std(0))
