"""What a camera's motion looks like on the grid."""

from __future__ import annotations

import numpy as np

from funscribe.records import Array


def similarity_basis(grid: tuple[int, int]) -> Array:
    """Return the field of pan right, pan down, zoom and turn at rate one, (4, GY * GX * 2) float32.

    Coordinates are picture heights from the centre of the picture.
    """
    gy, gx = grid
    y = (np.arange(gy) + 0.5) / gy - 0.5
    x = ((np.arange(gx) + 0.5) / gx - 0.5) * gx / gy
    xs, ys = np.meshgrid(x, y)
    one, none = np.ones_like(xs), np.zeros_like(xs)
    fields = ((one, none), (none, one), (xs, ys), (-ys, xs))
    return np.array([np.stack(uv, axis=-1).ravel() for uv in fields], np.float32)
