"""A velocity becomes a position 0..1.

All of it happens in cycles instead of seconds: the clock goes with the tempo and stands still at rest. So a
rest holds its position while drift is taken out and depths are compared, and fast and slow passages are
treated alike.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d, uniform_filter1d

from funscribe.motion.even import RATE_HZ
from funscribe.records import Array

_SAMPLES = 16  # of a cycle
_DRIFTS = (np.inf, 12.0, 6.0, 3.0, 1.5)  # lengths over which drift is taken out, in cycles
_SHORTEST = 1.2  # cycles: what is slower than this may be drift
_ALLOWED = 0.5  # drift left, as part of the strokes
_BLOCK = 24  # cycles over which the length is decided
_FEWEST_CYCLES = 8.0
_LOCAL = 2.5  # cycles in which the depth of a stroke is measured
_POWER = 0.3  # how depths under the knee are compressed


def to_position(velocity: Array, tempo_hz: Array, on: Array, window_s: float, knee: float) -> Array:
    """Return the position (N,) 0..1 of a velocity (N,), held where `on` (N,) is false.

    Args:
        velocity: Along the mode, positive upwards.
        tempo_hz: Tempo (N,) (Hz).
        on: Where there is motion.
        window_s: Time over which the deepest stroke spans the full range (s).
        knee: Strokes shallower than this part of the deepest are deepened.
    """
    path = np.cumsum(velocity * on) / RATE_HZ
    cycles = np.cumsum(tempo_hz * on) / RATE_HZ
    span = float(cycles[-1] - cycles[0])
    if span <= 0 or float(np.ptp(path)) <= 0:
        return np.full(len(velocity), 0.5)
    count = max(8, int(span * _SAMPLES) + 1)
    even = np.linspace(cycles[0], cycles[-1], count)
    per_cycle = (count - 1) / span
    curve = _without_drift(np.interp(even, cycles, path), per_cycle)
    usual_hz = float(np.median(tempo_hz[on]))
    position = _scaled(curve, per_cycle, max(_FEWEST_CYCLES, window_s * usual_hz), knee)
    return np.asarray(np.interp(cycles, even, position))


def _without_drift(curve: Array, per_cycle: float) -> Array:
    """Return the curve less its drift, taken out over no shorter a time than it takes.

    In each block the longest length is used that leaves at most half as much drift as there is motion.
    """
    at = np.linspace(-1, 1, len(curve))
    slope = float((at * curve).sum() / (at * at).sum())
    curve = curve - curve.mean() - slope * at
    shortest = _mean(curve, _SHORTEST * per_cycle)
    strokes = (curve - shortest) ** 2
    drifts = [np.zeros_like(curve) if np.isinf(k) else _mean(curve, k * per_cycle) for k in _DRIFTS]
    block = max(1, int(_BLOCK * per_cycle))
    starts = range(0, max(1, len(curve) - block // 2), block)
    middles, choices = [], []
    for start in starts:
        stop = len(curve) if start + 1.5 * block > len(curve) else start + block
        part = slice(start, stop)
        limit = _ALLOWED**2 * float(strokes[part].mean())
        fits = [float(((d - shortest)[part] ** 2).mean()) <= limit for d in drifts]
        choices.append(fits.index(True) if any(fits) else len(drifts) - 1)
        middles.append((start + stop) / 2)
    drift = np.zeros_like(curve)
    for k, candidate in enumerate(drifts):
        share = np.interp(np.arange(len(curve)), middles, [float(c == k) for c in choices])
        drift += share * candidate
    return np.asarray(curve - drift)


def _scaled(curve: Array, per_cycle: float, cycles: float, knee: float) -> Array:
    """Return the curve scaled by its slow envelope to 0..1, shallow passages deepened."""
    width = min(max(3, int(cycles * per_cycle)), 2 * len(curve) + 1)
    low, high = _envelope(curve, width, width / 4)
    span = np.maximum(high - low, 1e-12)
    near = max(3, int(_LOCAL * per_cycle))
    near_low, near_high = _envelope(curve, near, near / 3)
    depth = np.clip((near_high - near_low) / span, 1e-3, 1)
    middle = (near_high + near_low) / 2
    gain = np.where(depth < knee, (depth / max(knee, 1e-9)) ** (_POWER - 1), 1.0)
    off = np.clip((middle - (high + low) / 2) / span, -0.5, 0.5)
    return np.asarray(np.clip(0.5 + off + gain * (curve - middle) / span, 0, 1))


def _envelope(curve: Array, width: int, sigma: float) -> tuple[Array, Array]:
    low = gaussian_filter1d(minimum_filter1d(curve, width, mode="nearest"), sigma, mode="nearest")
    high = gaussian_filter1d(maximum_filter1d(curve, width, mode="nearest"), sigma, mode="nearest")
    return low, high


def _mean(curve: Array, width: float) -> Array:
    """Return the mean over `width` samples, smoothed once more; the ends go on point-symmetrically."""
    whole = int(max(3, width))
    spare = min(whole, len(curve) - 1)
    wide = np.pad(curve, spare, mode="reflect", reflect_type="odd")
    wide = uniform_filter1d(uniform_filter1d(wide, whole, mode="nearest"), max(3, whole // 2), mode="nearest")
    return np.asarray(wide[spare : spare + len(curve)])
