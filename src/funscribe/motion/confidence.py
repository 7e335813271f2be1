"""How far the position can be trusted: a periodic mode, and a curve that turns as often as its tempo says."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from funscribe.motion.even import RATE_HZ
from funscribe.records import Array
from funscribe.zigzag import turns

_AROUND_S = 10.0
_DEPTH = 0.15  # least depth of a stroke that is counted
_SPARE = 0.5  # cycles by which counts may differ for nothing, for windows begin in the midst of a stroke


def confidence(position: Array, tempo_hz: Array, periodic: Array, on: Array) -> Array:
    """Return the confidence (N,), 0..1, at even times; it is 0 at rest, where nothing says what is right.

    Args:
        position: The curve (N,), 0..1.
        tempo_hz: Tempo of the mode (N,) (Hz).
        periodic: Periodicity of the mode (N,), 0..1.
        on: Where there is motion (N,).
    """
    width = min(len(position), round(_AROUND_S * RATE_HZ))
    turned = np.zeros(len(position))
    turned[turns(position, _DEPTH).first] = 0.5
    counted = uniform_filter1d(turned, width, mode="constant") * width
    meant = uniform_filter1d(tempo_hz * on, width, mode="constant") * (width / RATE_HZ)
    ratio = (counted + _SPARE) / (meant + _SPARE)
    return np.asarray(np.clip(periodic * np.minimum(ratio, 1 / ratio) * on, 0, 1))
