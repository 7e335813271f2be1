"""A similarity on the grid: what a camera that pans, zooms and turns makes of the cells' velocities.

Coordinates are picture heights from the centre of the picture, x to the right and y down, so that a camera
row (vx, vy, zoom, turn) says that the still world moves with

    u = vx + zoom * x - turn * y        v = vy + zoom * y + turn * x
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array


def similarity_basis(grid: tuple[int, int]) -> Array:
    """Return the field of each of the four motions at rate one, (4, GY * GX * 2) float32.

    Args:
        grid: Number of cells (GY, GX).
    """
    gy, gx = grid
    y = (np.arange(gy) + 0.5) / gy - 0.5
    x = ((np.arange(gx) + 0.5) / gx - 0.5) * gx / gy
    xs, ys = np.meshgrid(x, y)
    one, none = np.ones_like(xs), np.zeros_like(xs)
    fields = ((one, none), (none, one), (xs, ys), (-ys, xs))
    return np.array([np.stack(uv, axis=-1).ravel() for uv in fields], np.float32)


def affine(camera: Array, elapsed_s: float, size_wh: tuple[int, int]) -> Array:
    """Return what a camera row does to pixels: (2, 3) float64, from the frame before to this one.

    Args:
        camera: One row (4,): vx, vy (picture heights/s), zoom rate and turn rate (1/s).
        elapsed_s: Time between the two frames (s).
        size_wh: Size of the picture (px).
    """
    vx, vy, zoom, turn = (float(value) * elapsed_s for value in camera)
    width, height = size_wh
    cx, cy = width / 2, height / 2
    linear = np.array([[1 + zoom, -turn], [turn, 1 + zoom]])
    shift = np.array([vx * height + cx, vy * height + cy]) - linear @ (cx, cy)
    return np.column_stack([linear, shift])
