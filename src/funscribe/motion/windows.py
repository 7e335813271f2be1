"""Windows of two lengths over a shot, and the candidates for each moment.

Long windows tell tempos apart; short ones follow fast motion whose shape changes. Short ones are looked at
only where there is fast motion, for they cost most.
"""

from __future__ import annotations

import numpy as np

from funscribe.motion.even import RATE_HZ
from funscribe.motion.modes import BANDS_HZ, FAST_BANDS_HZ, Candidates, find_candidates, join
from funscribe.records import Array

_SHORT = 0.4  # length of a short window, as part of a long one
_FAST_HZ = 1.4
_MATTERS = 0.5  # energy of fast motion, as part of the strongest, from which short windows are looked at


def moments(still: Array, camera: Array, basis: Array, window_s: float) -> tuple[Array, list[Candidates]]:
    """Return moments (M,) (samples) along a shot, and the candidates for each.

    Args:
        still: Velocities without the camera (N, D).
        camera: The camera (N, 4).
        basis: What the camera looks like on the cells (4, D).
        window_s: Length of a long window (s).
    """
    count = len(still)
    length = min(count, round(window_s * RATE_HZ))
    starts = _starts(count, length)
    long = [_find(start, length, still, camera, basis) for start in starts]
    middles = np.array(starts) + length / 2
    brief = round(_SHORT * window_s * RATE_HZ)
    fast = [_is_fast(found) for found in long]
    if 2 * count < 3 * brief or not any(fast):
        return middles, long
    starts = _starts(count, brief)
    fine = np.array(starts) + brief / 2
    nearest = np.abs(fine[:, None] - middles).argmin(1)
    found = [long[k] for k in nearest]
    for moment, (start, k) in enumerate(zip(starts, nearest, strict=True)):
        if fast[k]:
            short = _find(start, brief, still, camera, basis, FAST_BANDS_HZ)
            found[moment] = join([found[moment], short])
    return fine, found


def _find(
    start: int,
    length: int,
    still: Array,
    camera: Array,
    basis: Array,
    bands_hz: tuple[tuple[float, float], ...] = BANDS_HZ,
) -> Candidates:
    part = slice(start, start + length)
    return find_candidates(start, still[part], camera[part], basis, bands_hz)


def _is_fast(found: Candidates) -> bool:
    """Return whether fast motion has a notable part of the energy."""
    fast = (found.tempo_hz >= _FAST_HZ) & ~found.raw
    return bool(fast.any()) and float(found.energy[fast].max()) > _MATTERS * float(found.energy.max())


def _starts(count: int, length: int) -> list[int]:
    """Return the first samples of windows that cover the shot evenly, about half a window apart."""
    if count <= length:
        return [0]
    steps = -(-(count - length) * 2 // length)
    return [round(k * (count - length) / steps) for k in range(steps + 1)]
