"""How far the motion field carries boxes: robust mean and growth of the field inside each of many boxes.

Where a box covers a cell only partly, the cell shows only that part of its motion before a world that
rests: f = c * v, with c the part of the cell that the box covers. Least squares over the cells of the box's
inner part then give v without the pull towards rest that a plain mean has; cells that move otherwise (an
occluder, the wall between two arms) are weighed down as Cauchy's estimator does (Holland and Welsch, "Robust
regression using iteratively reweighted least-squares", 1977).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from funscribe.records import Array

# What is asked of a box, as parts of its sides about its middle, and what is added on either side, in cells:
# the inner part for its velocity, for nearer to the edge cells show more of the wall; a wider one for growth,
# which needs a longer lever; and all of it with what bleeds over the edge, as far as patches of flow reach.
_PARTS = np.array([0.4, 0.75, 1.0])
_SPARE = np.array([0.05, 0.05, 0.3])
_PRIOR = 0.1  # cells of lever that say there is no growth
_LEAST = 1e-12
_FASTEST2 = 1e20  # nothing is faster; beyond it the arithmetic may overflow ((px/s)^2)
_CHUNK = 150_000  # boxes times cells that are worked on at once


class Drift(NamedTuple):
    """What the field says of the motion of M boxes.

    Attributes:
        velocity: Of the middle (M, 2) (px/s).
        growth: Relative change of the size (M,) (1/s); near zero where a box is too small to tell.
        spread: How differently its cells move (M,), root of the mean square (px/s).
        support: Part of the cells that move as one with what was expected (M,), 0..1; 0 where a box covers
            no cell with a finite velocity.
    """

    velocity: Array
    growth: Array
    spread: Array
    support: Array


def measure_drift(
    field: Array, xyxy: Array, size_wh: tuple[int, int], expected: Array, doubt: Array
) -> Drift:
    """Measure the drift of boxes that stood where they are given when the field's motion began.

    Args:
        field: Mean velocity of each cell (GY, GX, 2), picture heights/s; what is not finite is left out.
        xyxy: Boxes (M, 4) (px).
        size_wh: Size of the picture (px).
        expected: Velocity that each box is expected to have (M, 2) (px/s).
        doubt: How far cells may differ from that before they count half (M,), larger than 0 (px/s).
    """
    cells = _cells(field, size_wh[1])
    grid = _grid(field.shape[1], field.shape[0], *size_wh)
    what = [np.asarray(array, np.float32) for array in (xyxy, expected, doubt)]
    step = max(1, _CHUNK // cells.speed2.size)
    if len(xyxy) <= step:
        return _measure(grid, cells, *what)
    parts = [
        _measure(grid, cells, *(array[first : first + step] for array in what))
        for first in range(0, len(xyxy), step)
    ]
    return Drift(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def without_camera(field: Array, affine: Array, elapsed_s: float, size_wh: tuple[int, int]) -> Array:
    """Return a field (GY, GX, 2), float64, less what a camera alone would make of it.

    Args:
        field: Mean velocity of each cell, picture heights/s.
        affine: What the camera did to pixels since the moment before (2, 3).
        elapsed_s: Time since the moment before (s).
        size_wh: Size of the picture (px).
    """
    gy, gx = field.shape[:2]
    x, y = np.meshgrid((np.arange(gx) + 0.5) * (size_wh[0] / gx), (np.arange(gy) + 0.5) * (size_wh[1] / gy))
    before = np.stack([x, y], axis=-1)
    moved = before @ affine[:, :2].T + affine[:, 2] - before
    return np.asarray(field - moved / (elapsed_s * size_wh[1]))


class _Cells(NamedTuple):
    """The velocities of the C cells of a field, row by row.

    Attributes:
        velocity: Of each (2, C), float32 (px/s); zero where it is not known.
        speed2: Its square (C,) (px^2/s^2).
        known: Whether it is finite and sane (C,); None where all are.
    """

    velocity: Array
    speed2: Array
    known: Array | None


def _cells(field: Array, height: int) -> _Cells:
    with np.errstate(over="ignore", invalid="ignore"):
        velocity = np.multiply(field.reshape(-1, 2).T, height, dtype=np.float32, order="C", casting="unsafe")
        speed2 = np.einsum("dc,dc->c", velocity, velocity)
        if speed2.sum() < _FASTEST2:  # which it is not where there is a NaN
            return _Cells(velocity, speed2, None)
        known = speed2 < _FASTEST2 / len(speed2)
    return _Cells(np.where(known, velocity, 0), np.where(known, speed2, 0), np.asarray(known))


class _Grid(NamedTuple):
    """Where ends of boxes lie among the cells of a field.

    Attributes:
        ends: Takes boxes (M, 4) to right, lower, left, upper ends for each of `_PARTS` (3, 4, 4), in cells.
        spare: What is to be added to that (3, 1, 4).
        shape: Number of columns and of rows (2,).
        side: Of a cell (2,) (px).
    """

    ends: Array
    spare: Array
    shape: Array
    side: Array


@lru_cache(maxsize=16)
def _grid(gx: int, gy: int, width: int, height: int) -> _Grid:
    ends, spare = np.zeros((3, 4, 4), np.float32), np.zeros((3, 1, 4), np.float32)
    side = np.array([width / gx, height / gy], np.float32)
    for end in range(4):
        axis, sign = end % 2, 0.5 if end < 2 else -0.5
        ends[:, axis, end] = (0.5 - sign * _PARTS) / side[axis]
        ends[:, axis + 2, end] = (0.5 + sign * _PARTS) / side[axis]
        spare[:, 0, end] = 2 * sign * _SPARE
    return _Grid(ends, spare, np.array([gx, gy]), side)


class _Window(NamedTuple):
    """The cells about each of M boxes, in KY rows and KX columns, as many as the largest of them needs.

    Attributes:
        cover: How much the box covers of each cell (3, M, KY, KX), 0..1, in the order of `_PARTS`.
        which: The cells' numbers (M, KY, KX).
        x: Where their middles are from the box's middle, along x (M, 1, KX) (px).
        y: The same along y (M, KY, 1) (px).
    """

    cover: Array
    which: Array
    x: Array
    y: Array


def _window(grid: _Grid, xyxy: Array) -> _Window:
    ends = xyxy @ grid.ends + grid.spare
    high, low = ends[..., :2], ends[..., 2:]
    first = np.minimum(np.maximum(low[2], 0), grid.shape - 1).astype(np.intp)
    span = np.maximum.reduce(np.minimum(high[2], grid.shape) - first, initial=1)
    kx, ky = math.ceil(span[0]), math.ceil(span[1])
    first = np.minimum(first, grid.shape - (kx, ky))
    edge_x, edge_y = first[:, :1] + np.arange(kx), first[:, 1:] + np.arange(ky)
    cover_x = _covered(low[..., :1], high[..., :1], edge_x)
    cover_y = _covered(low[..., 1:], high[..., 1:], edge_y)
    middle = (low[2] + high[2]) * 0.5
    return _Window(
        cover_y[..., None] * cover_x[..., None, :],
        edge_y[:, :, None] * grid.shape[0] + edge_x[:, None],
        ((edge_x + 0.5 - middle[:, :1]) * grid.side[0])[:, None],
        ((edge_y + 0.5 - middle[:, 1:]) * grid.side[1])[:, :, None],
    )


def _covered(low: Array, high: Array, edge: Array) -> Array:
    """Return how much of cells with left edges (M, K) spans (3, M, 1) cover, 0..1, all in cells."""
    part = np.minimum(high - edge, 1)
    part -= np.maximum(low - edge, 0)
    return np.asarray(np.maximum(part, 0, out=part))


def _measure(grid: _Grid, cells: _Cells, xyxy: Array, expected: Array, doubt: Array) -> Drift:
    window = _window(grid, xyxy)
    inner, wide, covered = cover = window.cover
    if cells.known is not None:
        cover *= cells.known.take(window.which)
    cover[:2] *= covered
    seen = cells.velocity.take(window.which, 1)
    doubt2 = (doubt * doubt)[:, None, None]
    # Cauchy's weights, but for a factor that each box has in all its cells. One round of them does as well
    # as two where what is expected is about right; where it is not, the field is not believed.
    off = seen - covered * expected.T[:, :, None, None]
    agreeing = inner / (_sums("dmyx,dmyx->myx", off, off) + doubt2)
    # The least sum keeps boxes outside the picture, of no weight at all, from dividing by zero.
    weight = np.maximum(_sums("myx,myx->m", agreeing, covered), _LEAST)
    velocity = _sums("myx,dmyx->dm", agreeing, seen) / weight
    off = seen - covered * velocity[:, :, None, None]
    off2 = _sums("dmyx,dmyx->myx", off, off)
    wide *= doubt2  # so that a cell weighs one at most, against the prior of growth
    # A cell at r from the middle of a box that grows is to move with c * (v + growth * r): least squares take
    # the part of the difference that is along r.
    along = off[0] * window.x
    along += off[1] * window.y
    lever = covered * (window.x * window.x + window.y * window.y)
    agreeing = wide / (off2 + doubt2)
    prior = _PRIOR * grid.side[0] * grid.side[1]
    growth = _sums("myx,myx->m", agreeing, along) / (_sums("myx,myx->m", agreeing, lever) + prior)
    rate = growth[:, None, None]
    lever *= rate
    lever -= 2 * along
    lever *= covered * rate
    off2 += lever
    agreeing = wide / (off2 + doubt2)
    agreed = _sums("myx->m", agreeing)
    spread2 = np.maximum(_sums("myx,myx->m", agreeing, off2), 0) / np.maximum(agreed, _LEAST)
    support = agreed / np.maximum(_sums("myx->m", wide) / doubt2[:, 0, 0], _LEAST)
    columns = (velocity.T, growth, np.sqrt(spread2), support)
    return Drift(*(column.astype(np.float64) for column in columns))


_sums = np.einsum
