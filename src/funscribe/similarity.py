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
