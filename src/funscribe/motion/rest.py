"""Rest is rest: where the mode does not move, the position is held."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import (
    binary_closing,
    binary_opening,
    maximum_filter1d,
    median_filter,
    uniform_filter1d,
)

from funscribe.motion.even import RATE_HZ
from funscribe.records import Array

_AROUND_S = 12.0  # how far strokes are compared
_SHALLOW = 0.01  # speed, as part of that of the strong strokes around, below which there is rest
_NOISE = 1.0  # energy, as a multiple of the mean energy in other directions
_SHORTEST_MOVE_S = 0.4


def moving(velocity: Array, noise: Array, tempo_hz: float, rest_speed: float) -> Array:
    """Return where there is motion (N,), bool.

    Speeds are medians over a short time, so that a single twitch (a keyframe of the codec, a flash) is no
    motion; the turn of a slow stroke is no rest.

    Args:
        velocity: Along the mode (N,).
        noise: Mean energy of the field in any one direction (N,).
        tempo_hz: Usual tempo (Hz).
        rest_speed: Speed below which nothing moves.
    """
    period = RATE_HZ / max(tempo_hz, 0.1)
    width = int(max(0.4 * RATE_HZ, 0.2 * period)) | 1
    square = velocity**2
    energy = median_filter(square, width, mode="nearest")
    around = int(_AROUND_S * RATE_HZ)
    strong = maximum_filter1d(uniform_filter1d(square, width, mode="nearest"), around, mode="nearest")
    strong = uniform_filter1d(strong, around // 2, mode="nearest")
    floor = np.maximum(_NOISE * median_filter(noise, width, mode="nearest"), rest_speed**2)
    on = np.pad(energy > np.maximum(_SHALLOW**2 * strong, floor), width * 4, mode="edge")
    on = binary_closing(on, np.ones(int(max(0.5 * RATE_HZ, 0.35 * period)) | 1))
    on = binary_opening(on, np.ones(int(_SHORTEST_MOVE_S * RATE_HZ) | 1))
    return np.asarray(on[width * 4 : -width * 4])
