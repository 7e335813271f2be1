"""How far the motion field carries boxes: robust mean and growth of the field inside each of many boxes.

Where a box covers a cell only partly, the cell shows only that part of its motion before a world that rests:
f = c * v, with c the part of the cell that the box covers. Least squares over the cells of the box's inner part
then give v without the pull towards rest that a plain mean has; cells that move otherwise (an occluder, the
wall between two arms) are weighed down as Cauchy's estimator does (Holland and Welsch, "Robust regression using
iteratively reweighted least-squares", 1977).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funscribe.records import Array

# What is asked of a box, as parts of its sides about its middle, and what is added on either side, in cells:
# the inner part for its velocity, for nearer to the edge cells show more of the wall; a wider one for growth,
# which needs a longer lever; and all of it with what bleeds over the edge, as far as flow is found in patches.
_PARTS = np.array([0.4, 0.75, 1.0])
_SPARE = np.array([0.05, 0.05, 0.3])[:, None]
_ROUNDS = 2
_PRIOR = 0.1  # cells of lever that say there is no growth
_LEAST = 1e-12
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


def measure_drift(field: Array, xyxy: Array, size_wh: tuple[int, int], expected: Array, doubt: Array) -> Drift:
    """Measure the drift of boxes that stood where they are given when the field's motion began.

    Args:
        field: Mean velocity of each cell (GY, GX, 2), picture heights/s; what is not finite is left out.
        xyxy: Boxes (M, 4) (px).
        size_wh: Size of the picture (px).
        expected: Velocity that each box is expected to have (M, 2) (px/s).
        doubt: How far cells may differ from that before they count half (M,), larger than 0 (px/s).
    """
    cells = _Cells(field, size_wh)
    step = max(1, _CHUNK // len(cells.velocity))
    if len(xyxy) <= step:
        return _measure(cells, xyxy, expected, doubt)
    parts = [
        _measure(cells, xyxy[first : first + step], expected[first : first + step], doubt[first : first + step])
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


class _Cells:
    """The cells of a field, C in number; points and velocities are complex numbers, x + iy.

    Attributes:
        velocity: Of each (C,) (px/s); zero where it is not known.
        middle: Of each (C,) (px).
        known: Whether the velocity of each is finite (C,), None where all are.
        count: Number along x and along y.
        sides: Size of a cell along x and along y (px).
    """

    def __init__(self, field: Array, size_wh: tuple[int, int]) -> None:
        gy, gx = field.shape[:2]
        velocity = field.reshape(-1, 2) * np.float64(size_wh[1])
        finite = np.isfinite(velocity)
        self.known = None if finite.all() else finite.all(-1)
        if self.known is not None:
            velocity[~self.known] = 0
        self.velocity: Array = velocity.view(np.complex128)[:, 0]
        self.count = (gx, gy)
        self.sides = (size_wh[0] / gx, size_wh[1] / gy)
        x, y = (side * (np.arange(count) + 0.5) for side, count in zip(self.sides, self.count, strict=True))
        self.middle: Array = np.add.outer(1j * y, x).ravel()

    def covered(self, xyxy: Array) -> Array:
        """Return how much boxes (M, 4) cover of each cell, (3, M, C), 0..1: their inner part, the part in
        which growth is sought, and the whole with what bleeds over its edge.
        """
        x, y = (
            _covered(xyxy[:, axis], xyxy[:, axis + 2], self.sides[axis], self.count[axis]) for axis in (0, 1)
        )
        part = (y[:, :, :, None] * x[:, :, None, :]).reshape(3, len(xyxy), -1)
        if self.known is not None:
            part *= self.known
        return np.asarray(part)


def _covered(low: Array, high: Array, side: float, count: int) -> Array:
    """Return how much of each cell along an axis three spans about boxes (M,) cover, (3, M, count), 0..1."""
    middle, half = (high + low) * (0.5 / side), (high - low) * (0.5 / side)
    reach = np.multiply.outer(_PARTS, half)
    reach += _SPARE
    low, high = middle - reach, middle + reach
    edges = np.arange(count)
    ends = np.minimum(high[..., None], edges + 1)
    ends -= np.maximum(low[..., None], edges)
    return np.maximum(ends, 0, out=ends)


def _measure(cells: _Cells, xyxy: Array, expected: Array, doubt: Array) -> Drift:
    inner, wide, covered = cells.covered(xyxy)
    inner *= covered
    wide *= covered
    doubt2 = (doubt * doubt)[:, None]
    velocity = expected[:, 0] + 1j * expected[:, 1]
    for _ in range(_ROUNDS):
        agreeing = inner / (1 + _square(cells.velocity - covered * velocity[:, None]) / doubt2)
        # The least sum keeps boxes outside the picture, of no weight at all, from dividing by zero.
        velocity = (agreeing @ cells.velocity) / np.maximum(_sums(agreeing, covered), _LEAST)
    off = cells.velocity - covered * velocity[:, None]
    off2 = _square(off)
    agreeing = wide / (1 + off2 / doubt2)
    arm = cells.middle - 0.5 * ((xyxy[:, 0] + xyxy[:, 2]) + 1j * (xyxy[:, 1] + xyxy[:, 3]))[:, None]
    along = arm.real * off.real + arm.imag * off.imag
    lever = covered * _square(arm)
    growth = _sums(agreeing, along) / (_sums(agreeing, lever) + _PRIOR * cells.sides[0] * cells.sides[1])
    # What is left of the difference once growth explains its part: (off - growth * covered * arm)**2.
    lever *= growth[:, None]
    along *= 2
    lever -= along
    lever *= covered
    lever *= growth[:, None]
    off2 += lever
    weight = np.maximum(wide.sum(1), _LEAST)
    agreeing = wide / (1 + off2 / doubt2)
    agreed = agreeing.sum(1)
    spread = np.sqrt(np.maximum(_sums(agreeing, off2), 0) / np.maximum(agreed, _LEAST))
    return Drift(np.stack([velocity.real, velocity.imag], axis=-1), growth, spread, agreed / weight)


def _square(values: Array) -> Array:
    """Return the squared size of complex numbers."""
    real, imaginary = values.real, values.imag
    return np.asarray(real * real + imaginary * imaginary)


def _sums(a: Array, b: Array) -> Array:
    """Return the sums (M,) of the products of two arrays (M, C)."""
    return np.asarray(np.einsum("mc,mc->m", a, b))
