"""A displacement becomes a position 0..1."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

from funscribe.records import Array

_LEAST = 0.002  # picture heights: a motion smaller than this is not stretched to the full range


def normalise(curve: Array, rate_hz: float, window_s: float) -> Array:
    """Return the curve (T,) scaled by its slow envelope to 0..1."""
    width = max(3, round(window_s * rate_hz))
    top = gaussian_filter1d(maximum_filter1d(curve, width), width / 4)
    bottom = gaussian_filter1d(minimum_filter1d(curve, width), width / 4)
    span = np.maximum(top - bottom, _LEAST)
    return np.asarray(np.clip(0.5 + (curve - (top + bottom) / 2) / span, 0, 1))
