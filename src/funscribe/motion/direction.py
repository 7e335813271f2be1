"""Which way is up: the sign of a mode.

If the body as a whole moves up and down, up is up. Otherwise, what comes nearer (grows) goes down and what
goes away goes up; what neither rises nor grows goes up when it moves to the right.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array

_MAIN = 0.5  # the vertical part counts if it is at least this part of the largest
_LEAST = 0.1


def upward(pattern: Array, grid: tuple[int, int]) -> float:
    """Return 1 if a pattern (GY * GX * 2,) points up or away, -1 if down or near."""
    cells = np.asarray(pattern, np.float64).reshape(*grid, 2)
    size = np.sqrt((cells**2).sum(2))
    total = float(size.sum())
    if total <= 0:
        return 1.0
    y, x = np.indices(grid)
    dx, dy = x - (size * x).sum() / total, y - (size * y).sum() / total
    reach = max(float((np.hypot(dx, dy) * size).sum()), 1e-9)
    right, up = float(cells[..., 0].sum()) / total, -float(cells[..., 1].sum()) / total
    grows = float((dx * cells[..., 0] + dy * cells[..., 1]).sum()) / reach
    largest = max(abs(right), abs(up), abs(grows))
    if abs(up) >= max(_MAIN * largest, _LEAST):
        return 1.0 if up > 0 else -1.0
    if abs(grows) >= abs(right):
        return -1.0 if grows > 0 else 1.0
    return 1.0 if right > 0 else -1.0
