"""A pattern becomes a filter: cells in which other things move get less say, or a negative one.

The optimal linear filter for a known pattern in noise of known covariance (the matched filter of array
processing, Capon 1969); the noise is what the same window does between the overtones of the motion's tempo.
"""

from __future__ import annotations

import numpy as np

from funscribe.motion.modes import coarse, spectrum
from funscribe.records import Array

_SLOW = (0.08, 0.6)  # from (Hz), to (times the tempo)
_BETWEEN = (1.35, 1.5)  # times the tempo
_OWN = (0.75, 1.3)  # times the tempo
_LEAST_GAIN = 0.1
_FEWEST = 6  # rows of the spectrum from which other motion can be told


def isolate(pattern: Array, window: Array, tempo_hz: float, isolation: float) -> Array:
    """Return the filter (D,) for a unit pattern (D,): its response to the pattern is one.

    Args:
        pattern: The mode.
        window: Velocities (n, D) among which it was found.
        tempo_hz: Its fundamental tempo (Hz).
        isolation: How much the other motion weighs against the mode's own; 0 gives the pattern back.
    """
    rows, hz = spectrum(*coarse(window, _BETWEEN[1] * tempo_hz))
    slow = (hz > _SLOW[0]) & (hz < _SLOW[1] * tempo_hz)
    other = slow | ((hz > _BETWEEN[0] * tempo_hz) & (hz < _BETWEEN[1] * tempo_hz))
    own = (hz > _OWN[0] * tempo_hz) & (hz < _OWN[1] * tempo_hz)
    if isolation <= 0 or other.sum() < _FEWEST or not own.any():
        return pattern
    noise = rows[other].astype(np.float64)
    allowed = float(((rows[own] @ pattern) ** 2).mean()) * len(noise) / isolation
    # The inverse of a covariance of low rank plus a diagonal, by the identity of Woodbury.
    small = noise @ noise.T + (allowed + 1e-20) * np.eye(len(noise))
    inverse = pattern - noise.T @ np.linalg.solve(small, noise @ pattern)
    return np.asarray(inverse / max(float(inverse @ pattern), _LEAST_GAIN), np.float32)
