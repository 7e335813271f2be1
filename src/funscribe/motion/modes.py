"""The motion modes of windows, joined to one curve."""

from __future__ import annotations

import numpy as np
from scipy import fft

from funscribe.motion.options import MotionOptions
from funscribe.records import Array

_MODES = 4


def strongest_mode(path: Array, rate_hz: float, options: MotionOptions) -> tuple[Array, Array]:
    """Return the curve (T,) and its trust (T,) of the most periodic strong mode of paths (T, C * 2)."""
    total = len(path)
    length = min(total, round(options.window_s * rate_hz))
    hop = max(1, length // 4)
    starts = list(range(0, max(1, total - length + 1), hop))
    if starts[-1] + length < total:
        starts.append(total - length)
    curve, trust, weight = np.zeros(total), np.zeros(total), np.zeros(total)
    taper = np.hanning(length + 2)[1:-1] + 1e-3
    for start in starts:
        part = slice(start, start + length)
        mode, worth = _best_mode(_band(path[part], rate_hz, options))
        overlap = weight[part] > 0
        if overlap.any():
            known = curve[part] / np.maximum(weight[part], 1e-12)
            mode = mode * (1.0 if float((mode * known)[overlap].sum()) >= 0 else -1.0)
        curve[part] += taper * mode
        trust[part] += taper * worth
        weight[part] += taper
    return curve / weight, trust / weight


def _band(path: Array, rate_hz: float, options: MotionOptions) -> Array:
    """Return the displacements between the slowest and the fastest motion, without their trend."""
    count = len(path)
    ramp = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    path = path - (path[:1] * (1 - ramp) + path[-1:] * ramp)
    mirrored = np.concatenate([path, -path[::-1]])
    size = fft.next_fast_len(len(mirrored), real=True)
    spectrum = fft.rfft(mirrored, size, axis=0)
    hz = fft.rfftfreq(size, 1 / rate_hz)
    keep = (hz >= options.slowest_hz) & (hz <= options.fastest_hz)
    spectrum *= keep[:, None]
    return np.asarray(fft.irfft(spectrum, size, axis=0)[:count], np.float32)


def _best_mode(path: Array) -> tuple[Array, float]:
    """Return the curve of the mode with the largest energy times periodicity squared, and its periodicity."""
    gram = (path @ path.T).astype(np.float64)
    values, vectors = np.linalg.eigh(gram)
    best, worth, score = np.zeros(len(path)), 0.0, -1.0
    for k in range(1, min(_MODES, len(values)) + 1):
        energy, curve = max(0.0, float(values[-k])), vectors[:, -k]
        periodic = _periodicity(curve)
        if energy * periodic**2 > score:
            weights = path.T @ curve
            sign = _upward(weights)
            best, worth, score = curve * np.sqrt(energy) * sign, periodic, energy * periodic**2
    return best, worth


def _upward(weights: Array) -> float:
    """Return the sign that makes up in the picture positive."""
    vertical, horizontal = float(weights[1::2].sum()), float(weights[0::2].sum())
    main = -vertical if abs(vertical) * 2 >= abs(horizontal) else horizontal
    return 1.0 if main >= 0 else -1.0


def _periodicity(curve: Array) -> float:
    """Return the height of the first peak of the autocorrelation after its first zero, 0..1."""
    count = len(curve)
    spectrum = np.abs(fft.rfft(curve, 2 * count)) ** 2
    lags = fft.irfft(spectrum, 2 * count)[: count // 2 + 1]
    if len(lags) < 3 or lags[0] <= 0:
        return 0.0
    lags = lags / lags[0] * count / (count - np.arange(len(lags)))
    below = np.flatnonzero(lags < 0)
    return float(np.clip(lags[below[0] :].max(), 0, 1)) if len(below) else 0.0
