"""Windows of two lengths over a shot, and the candidates for each moment.

Slow motion needs long windows to be told from drift; what is faster changes its shape sooner.
"""

from __future__ import annotations

import numpy as np

from funscribe.motion.even import RATE_HZ
from funscribe.motion.modes import Candidates, find_candidates, join
from funscribe.records import Array

_Bands = tuple[tuple[float, float], ...]

_SLOW_HZ: _Bands = ((0.1, 0.6),)
_USUAL_HZ: _Bands = ((0.3, 1.4), (0.7, 3.0), (1.8, 8.0))
_LONG = 2.0  # length of the windows for slow motion, as part of the usual one


def moments(still: Array, camera: Array, basis: Array, window_s: float) -> tuple[Array, list[Candidates]]:
    """Return moments (M,) (samples) along a shot, and the candidates for each.

    Args:
        still: Velocities without the camera (N, D).
        camera: The camera (N, 4).
        basis: What the camera looks like on the cells (4, D).
        window_s: Length of a usual window (s).
    """
    count = len(still)

    def find(start: int, length: int, bands_hz: _Bands) -> Candidates:
        part = slice(start, start + length)
        return find_candidates(start, still[part], camera[part], basis, bands_hz)

    usual, long = min(count, round(window_s * RATE_HZ)), min(count, round(_LONG * window_s * RATE_HZ))
    starts, long_starts = _starts(count, usual), _starts(count, long)
    slow = [find(start, long, _SLOW_HZ) for start in long_starts]
    middles = np.array(starts) + usual / 2
    near = _nearest(middles, np.array(long_starts) + long / 2)
    return middles, [join([find(s, usual, _USUAL_HZ), slow[k]]) for s, k in zip(starts, near, strict=True)]


def _nearest(of: Array, among: Array) -> list[int]:
    """Return for each place the index of the nearest one among others; both increase."""
    return [int(k) for k in np.abs(of[:, None] - among).argmin(1)]


def _starts(count: int, length: int) -> list[int]:
    """Return the first samples of windows that cover the shot evenly, about half a window apart."""
    if count <= length:
        return [0]
    steps = -(-(count - length) * 3 // (2 * length))
    return [round(k * (count - length) / steps) for k in range(steps + 1)]
