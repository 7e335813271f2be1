"""How far the motion field carries boxes: robust mean and growth of the field inside each of many boxes.

Where a box covers a cell only partly, the cell shows only that part of its motion before a world that
rests: f = c * v, with c the part of the cell that the box covers. Least squares over the cells of the box's
inner part then give v without the pull towards rest that a plain mean has; cells that move otherwise (an
occluder, the wall between two arms) are weighed down as Cauchy's estimator does (Holland and Welsch, "Robust
regression using iteratively reweighted least-squares", 1977).
"""

from __future__ import annotations

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
_MIDDLE = np.array([[0.5, 0], [0, 0.5], [0.5, 0], [0, 0.5]], np.float32)
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
    gy, gx = field.shape[:2]
    cells = _cells(field, size_wh[1])
    grid = _grid(gx, gy, *size_wh)
    # Half the bits are enough, and take two thirds of the time.
    what = [np.asarray(array, np.float32) for array in (xyxy, expected, doubt)]
    step = max(1, _CHUNK // (gx * gy))
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
    before = _grid(field.shape[1], field.shape[0], *size_wh).middle.T
    moved = before @ affine[:, :2].T + affine[:, 2] - before
    return np.asarray(field - moved.reshape(field.shape) / (elapsed_s * size_wh[1]))


class _Cells(NamedTuple):
    """The velocities of the C cells of a field.

    Attributes:
        velocity: Of each (2, C), float32 (px/s); zero where it is not known.
        twice: Twice that.
        speed2: Its square (C,) (px^2/s^2).
        known: Whether it is finite and sane (C,); None where all are.
    """

    velocity: Array
    twice: Array
    speed2: Array
    known: Array | None


def _cells(field: Array, height: int) -> _Cells:
    with np.errstate(over="ignore", invalid="ignore"):
        velocity = np.multiply(field.reshape(-1, 2).T, height, dtype=np.float32, order="C", casting="unsafe")
        speed2 = np.einsum("dc,dc->c", velocity, velocity)
        if speed2.sum() < _FASTEST2:  # which it is not where there is a NaN
            return _Cells(velocity, 2 * velocity, speed2, None)
        known = speed2 < _FASTEST2 / len(speed2)
    velocity, speed2 = np.where(known, velocity, 0), np.where(known, speed2, 0)
    return _Cells(velocity, 2 * velocity, speed2, np.asarray(known))


class _Grid(NamedTuple):
    """Where the C cells of a field are, and where the ends of boxes lie among them.

    Attributes:
        middle: Of each cell (2, C) (px).
        far2: The square of its distance from the origin (C,) (px^2).
        ends: Takes boxes (M, 4) to how far their ends are beyond the edges of columns and rows, for each of
            `_PARTS` (2, 4, 3 * (GX + GY)), in cells: right and lower ends, left and upper ends.
        past: What is to be added to that (2, 1, 3 * (GX + GY)).
        area: Of a cell (px^2).
        shape: Number of columns and of rows.
    """

    middle: Array
    far2: Array
    ends: Array
    past: Array
    area: float
    shape: tuple[int, int]


@lru_cache(maxsize=16)
def _grid(gx: int, gy: int, width: int, height: int) -> _Grid:
    side_x, side_y = width / gx, height / gy
    x, y = np.meshgrid((np.arange(gx) + 0.5) * side_x, (np.arange(gy) + 0.5) * side_y)
    middle = np.stack([x.ravel(), y.ravel()])
    ends, past = np.zeros((2, 4, 3, gx + gy)), np.zeros((2, 1, 3, gx + gy))
    for axis, side, count, cells in ((0, side_x, gx, slice(0, gx)), (1, side_y, gy, slice(gx, None))):
        for end, sign in enumerate((0.5, -0.5)):
            ends[end, axis, :, cells] = (0.5 - sign * _PARTS)[:, None] / side
            ends[end, axis + 2, :, cells] = (0.5 + sign * _PARTS)[:, None] / side
            past[end, 0, :, cells] = 2 * sign * _SPARE[:, None] - np.arange(count)
    arrays = (middle, (middle**2).sum(0), ends.reshape(2, 4, -1), past.reshape(2, 1, -1))
    rounded = [array.astype(np.float32) for array in arrays]
    return _Grid(rounded[0], rounded[1], rounded[2], rounded[3], side_x * side_y, (gx, gy))


def _covered(grid: _Grid, xyxy: Array) -> Array:
    """Return how much of each cell boxes (M, 4) cover, (3, M, C), 0..1, in the order of `_PARTS`."""
    high, low = xyxy @ grid.ends + grid.past
    np.minimum(high, 1, out=high)
    high -= np.maximum(low, 0, out=low)
    np.maximum(high, 0, out=high)
    columns, rows = grid.shape
    along = high.reshape(len(xyxy), 3, columns + rows).swapaxes(0, 1)
    part = along[:, :, columns:, None] * along[:, :, None, :columns]
    return np.asarray(part.reshape(3, len(xyxy), columns * rows))


def _measure(grid: _Grid, cells: _Cells, xyxy: Array, expected: Array, doubt: Array) -> Drift:
    inner, wide, covered = part = _covered(grid, xyxy)
    if cells.known is not None:
        part *= cells.known
    part[:2] *= covered
    doubt2 = (doubt * doubt)[:, None]
    # Cauchy's weights, but for a factor that each box has in all its cells. One round of them does as well
    # as two where what is expected is about right; where it is not, the field is not believed.
    agreeing = inner / (_off2(cells, covered, expected) + doubt2)
    # The least sum keeps boxes outside the picture, of no weight at all, from dividing by zero.
    velocity = (agreeing @ cells.velocity.T) / np.maximum(_sums(agreeing, covered), _LEAST)[:, None]
    off2 = _off2(cells, covered, velocity)
    wide *= doubt2  # so that a cell weighs one at most, against the prior of growth
    growth, explained = _growth(grid, cells, covered, wide / (off2 + doubt2), xyxy, velocity)
    off2 += explained
    agreeing = wide / (off2 + doubt2)
    agreed = agreeing.sum(1)
    spread2 = np.maximum(_sums(agreeing, off2), 0) / np.maximum(agreed, _LEAST)
    support = agreed / np.maximum(wide.sum(1) / doubt2[:, 0], _LEAST)
    columns = (velocity, growth, np.sqrt(spread2), support)
    return Drift(*(column.astype(np.float64) for column in columns))


def _off2(cells: _Cells, covered: Array, velocity: Array) -> Array:
    """Return by how much cells are off what boxes would make of them, squared (M, C).

    It is |f - c * v|**2, multiplied out so that one product of matrices does most of it.
    """
    off2 = covered * np.einsum("md,md->m", velocity, velocity)[:, None]
    off2 -= velocity @ cells.twice
    off2 *= covered
    off2 += cells.speed2
    return np.asarray(off2)


def _growth(
    grid: _Grid, cells: _Cells, covered: Array, say: Array, xyxy: Array, velocity: Array
) -> tuple[Array, Array]:
    """Return the growth of boxes (M,), and what it changes of the squared differences of cells (M, C).

    A cell at r from the middle of a box that grows is to move with c * (v + growth * r); of the difference
    to c * v least squares take the part along r. All scalar products are multiplied out, as in `_off2`.
    """
    middle = xyxy @ _MIDDLE
    along = np.einsum("md,md->m", middle, velocity)[:, None] - velocity @ grid.middle
    along *= covered
    along -= middle @ cells.velocity
    along += np.einsum("dc,dc->c", grid.middle, cells.velocity)
    lever = middle @ grid.middle
    lever *= -2
    lever += grid.far2
    lever += np.einsum("md,md->m", middle, middle)[:, None]
    lever *= covered
    growth = _sums(say, along) / (_sums(say, lever) + _PRIOR * grid.area)
    rate = growth[:, None]
    lever *= rate
    along *= 2
    lever -= along
    lever *= covered
    lever *= rate
    return growth, lever


def _sums(a: Array, b: Array) -> Array:
    """Return the sums (M,) of the products of two arrays (M, C)."""
    return np.asarray(np.einsum("mc,mc->m", a, b))
