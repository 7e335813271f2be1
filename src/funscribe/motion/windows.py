"""Windows of three lengths over a shot, and the candidates for each moment.

Slow motion needs long windows to be told from drift; fast motion needs short ones, for its shape changes.
Short ones are looked at only where there is fast motion, for they cost most.
"""

from __future__ import annotations

import numpy as np

from funscribe.motion.even import RATE_HZ
from funscribe.motion.modes import Candidates, find_candidates, join
from funscribe.records import Array

_Bands = tuple[tuple[float, float], ...]

_SLOW_HZ: _Bands = ((0.1, 0.6),)
_USUAL_HZ: _Bands = ((0.3, 1.4), (0.7, 3.0), (1.8, 8.0))
_FAST_HZ: _Bands = _USUAL_HZ[1:]
_LONG, _SHORT = 2.0, 0.4  # lengths of the other windows, as parts of the usual one
_FAST = 1.4  # tempo from which motion is fast (Hz)
_MATTERS = 0.5  # energy of fast motion, as part of the strongest, from which short windows are looked at


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

    usual, long, short = (min(count, round(part * window_s * RATE_HZ)) for part in (1, _LONG, _SHORT))
    starts, long_starts, short_starts = (_starts(count, length) for length in (usual, long, short))
    slow = [find(start, long, _SLOW_HZ) for start in long_starts]
    middles = np.array(starts) + usual / 2
    near = _nearest(middles, np.array(long_starts) + long / 2)
    found = [join([find(s, usual, _USUAL_HZ), slow[k]]) for s, k in zip(starts, near, strict=True)]
    fast = [_is_fast(candidates) for candidates in found]
    if 2 * count < 3 * short or not any(fast):
        return middles, found
    fine = np.array(short_starts) + short / 2
    near = _nearest(fine, middles)
    return fine, [
        join([found[k], find(start, short, _FAST_HZ)]) if fast[k] else found[k]
        for start, k in zip(short_starts, near, strict=True)
    ]


def _nearest(of: Array, among: Array) -> list[int]:
    """Return for each place the index of the nearest one among others; both increase."""
    return [int(k) for k in np.abs(of[:, None] - among).argmin(1)]


def _is_fast(found: Candidates) -> bool:
    """Return whether fast motion has a notable part of the energy."""
    fast = (found.tempo_hz >= _FAST) & ~found.raw
    return bool(fast.any()) and float(found.energy[fast].max()) > _MATTERS * float(found.energy.max())


def _starts(count: int, length: int) -> list[int]:
    """Return the first samples of windows that cover the shot evenly, about half a window apart."""
    if count <= length:
        return [0]
    steps = -(-(count - length) * 2 // length)
    return [round(k * (count - length) / steps) for k in range(steps + 1)]
