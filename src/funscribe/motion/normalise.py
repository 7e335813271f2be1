"""A velocity becomes a position 0..1.

All of it happens in cycles instead of seconds: the clock goes with the tempo and stands still at rest. So a
rest holds its position while drift is taken out and depths are compared, and fast and slow passages are
treated alike.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d, uniform_filter1d

from funscribe.motion.even import RATE_HZ
from funscribe.records import Array
from funscribe.zigzag import turns

_SAMPLES = 16  # of a cycle, at least; slow cycles have as many as there are frames
_DRIFTS = (np.inf, 12.0, 6.0, 3.0, 1.5)  # lengths over which drift is taken out, in cycles
_SHORTEST = 1.2  # cycles: what is slower than this may be drift
_ALLOWED = 0.5  # drift left, as part of the strokes
_BLOCK = 24  # cycles over which the length is decided
_SMOOTH = (0.02, 0.06, 0.1, 0.15)  # cycles
_TURNS = 3.4  # of a cycle: a top, a bottom, and now and then another
_TURN = 0.1  # of the range of a block, from which a wiggle is a turn
_FEWEST_CYCLES = 8.0
_LOCAL = 2.5  # cycles in which the depth of a stroke is measured
_POWER = 0.15  # how depths under the knee are compressed


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
    slow_hz = max(float(np.percentile(tempo_hz[on], 10)), 0.1)
    count = max(8, int(span * max(_SAMPLES, min(RATE_HZ / slow_hz, 3 * len(path) / span))) + 1)
    even = np.linspace(cycles[0], cycles[-1], count)
    per_cycle = (count - 1) / span
    curve = _calm(_without_drift(np.interp(even, cycles, path), per_cycle), per_cycle)
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
    fits = [
        [
            float(((d - shortest)[part] ** 2).mean()) <= _ALLOWED**2 * float(strokes[part].mean())
            for d in drifts
        ]
        for part in _blocks(len(curve), per_cycle)
    ]
    return np.asarray(curve - _blend(drifts, fits, per_cycle))


def _calm(curve: Array, per_cycle: float) -> Array:
    """Return the curve smoothed as little as gives it about one top and one bottom in each cycle."""
    smooth = [gaussian_filter1d(curve, s * per_cycle, mode="nearest") for s in _SMOOTH]
    fits = []
    for part in _blocks(len(curve), per_cycle):
        most = _TURNS * (part.stop - part.start) / per_cycle + 1
        fits.append([_turn_count(c[part]) <= most for c in smooth])
    return _blend(smooth, fits, per_cycle)


def _turn_count(curve: Array) -> int:
    low, high = np.percentile(curve, (2, 98))
    return len(turns(curve, _TURN * float(high - low)).first) if high > low else 0


def _blocks(count: int, per_cycle: float) -> list[slice]:
    """Return the blocks in which lengths are decided; the last one is up to half a block longer."""
    block = max(1, int(_BLOCK * per_cycle))
    edges = [*range(0, max(1, count - block // 2), block), count]
    return [slice(a, b) for a, b in pairwise(edges)]


def _blend(curves: list[Array], fits: list[list[bool]], per_cycle: float) -> Array:
    """Return in each block the first curve that fits (else the last), faded from middle to middle."""
    count = len(curves[0])
    middles = [(part.start + part.stop) / 2 for part in _blocks(count, per_cycle)]
    choices = [fit.index(True) if any(fit) else len(fit) - 1 for fit in fits]
    out = np.zeros(count)
    for k in sorted(set(choices)):
        out += np.interp(np.arange(count), middles, [float(c == k) for c in choices]) * curves[k]
    return out


def _scaled(curve: Array, per_cycle: float, cycles: float, knee: float) -> Array:
    """Return the curve scaled by its slow envelope to 0..1, shallow passages deepened."""
    width = min(max(3, int(cycles * per_cycle)), 2 * len(curve) + 1)
    low, high = _envelope(curve, width)
    span = np.maximum(high - low, 1e-12)
    near = max(3, int(_LOCAL * per_cycle))
    near_low, near_high = _envelope(curve, near)
    depth = np.clip((near_high - near_low) / span, 1e-3, 1)
    middle = (near_high + near_low) / 2
    gain = np.where(depth < knee, (depth / max(knee, 1e-9)) ** (_POWER - 1), 1.0)
    off = np.clip((middle - (high + low) / 2) / span, -0.5, 0.5)
    return np.asarray(np.clip(0.5 + off + gain * (curve - middle) / span, 0, 1))


def _envelope(curve: Array, width: int) -> tuple[Array, Array]:
    """Return a smooth curve below and one above; a mean over no more than `width` can not cut a top off."""
    low, high = minimum_filter1d(curve, width, mode="nearest"), maximum_filter1d(curve, width, mode="nearest")
    half = max(1, width // 2)
    for _ in range(2):
        low = uniform_filter1d(low, half, mode="nearest")
        high = uniform_filter1d(high, half, mode="nearest")
    return low, high


def _mean(curve: Array, width: float) -> Array:
    """Return the mean over `width` samples, smoothed once more; the ends go on point-symmetrically."""
    whole = int(max(3, width))
    spare = min(whole, len(curve) - 1)
    wide = np.pad(curve, spare, mode="reflect", reflect_type="odd")
    wide = uniform_filter1d(uniform_filter1d(wide, whole, mode="nearest"), max(3, whole // 2), mode="nearest")
    return np.asarray(wide[spare : spare + len(curve)])
