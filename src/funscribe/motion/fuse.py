"""Low frequencies from the pair, high ones from the field, by how far each can be believed.

The curve sought minimises

    sum say * (x - place)^2 / jitter^2  +  sum (dx - gain * velocity * dt)^2 / (drift^2 * dt)

that is, it is near the places that were measured and moves as the field says. This is the smoother of
Rauch, Tung and Striebel (1965) for a place that is measured now and then and a velocity that is always known.
Without gaps it is a complementary filter without phase; its crossover is at
drift / (2 pi * jitter * sqrt(interval)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from funscribe.motion.even import RATE_HZ
from funscribe.motion.follow import Course
from funscribe.motion.pair import Pair
from funscribe.records import Array
from funscribe.zigzag import runs

_ROUNDS = 3
_LAGS_S = (0.25, 0.35, 0.5, 0.7, 1.0)  # over which jitter and drift are told apart
_AROUND_S = 6.0  # over which the gain is taken
_SPARE = 0.1  # weight of the whole shot in it
_GAIN = 3.0  # how much it may differ from that of the shot
_FAR = 2.5  # jitters from which a place is an outlier
_AVAILABLE_S = 0.7  # how long after a measurement the pair still says where it is
_HEARD = 0.2  # say below which a measurement was an outlier
_FEWEST = 8
_DOUBTED, _BELIEVED = 0.5, 0.75  # trust up to which the pair has no say, and from which it has all of it
_RANGE = (0.5, 99.5)  # percentiles of the places that are the ends of the range
_REST = 0.1  # drift at rest, as part of the usual one
_HIDDEN_S = 0.5  # time between measurements from which the contact may be hidden
_UNSEEN = 3.0  # drift where it is, as a multiple of the usual one
_PERIODIC = 0.5  # periodicity from which what is hidden is taken to go on as before


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """One curve of both.

    Attributes:
        place: As that of the pair, at even times (N,).
        trust: How far it is the truth and not the noise of the boxes (N,), 0..1.
        sign: 1 if the velocity of the field goes the way of the place, -1 if the other way.
    """

    place: Array
    trust: Array
    sign: float


def fuse(pair: Pair, even_s: Array, course: Course, on: Array) -> Fused | None:
    """Return places at even times (N,), None where too little was measured.

    Args:
        pair: What was measured.
        even_s: Even times (N,) (s).
        course: What was followed in the field; its velocity may have either sign and any unit.
        on: Where there is motion (N,), bool.
    """
    if len(pair.time_s) < _FEWEST or len(even_s) < _FEWEST:
        return None
    rate_hz = (len(even_s) - 1) / float(even_s[-1] - even_s[0])
    at = np.round((pair.time_s - even_s[0]) * rate_hz).astype(np.int64).clip(0, len(even_s) - 1)
    unseen = _unseen(at, len(even_s))
    velocity = _go_on(course.velocity * on, unseen, course)
    path, tempo_hz = np.cumsum(velocity) / RATE_HZ, course.tempo_hz
    seen = np.interp(pair.time_s, even_s, path)
    gain = _gain(pair, seen, even_s, tempo_hz)
    moved = np.concatenate([[0], np.diff(path)]) * gain
    jitter, drift = _noise(pair, np.interp(pair.time_s, even_s, np.cumsum(moved)))
    say = pair.say.copy()
    loose = drift * np.where(unseen, _UNSEEN, np.where(on, 1.0, _REST))
    for _ in range(_ROUNDS):
        place = _smooth(pair.place, say, at, moved, jitter, loose)
        far = np.abs(pair.place - np.interp(pair.time_s, even_s, place)) / jitter
        say = pair.say / (1 + (far / _FAR) ** 4)
    return Fused(place, _trust(pair, say, at, place, jitter, tempo_hz), 1.0 if np.median(gain) >= 0 else -1.0)


def blend(
    pairs: Sequence[Pair],
    course: Course,
    even_s: Array,
    on: Array,
    field: tuple[Array, Array],
    most: float,
) -> tuple[Array, Array]:
    """Return position and confidence (N,) of both, 0..1; where no pair says anything, those of the field.

    Args:
        pairs: What was measured; the first one that is mostly believed counts.
        course: What was followed in the field.
        even_s: Even times (N,) (s).
        on: Where there is motion (N,).
        field: Position and confidence (N,) of the field alone.
        most: How far the pair is used, 0..1.
    """
    found = (fuse(pair, even_s, course, on) for pair in pairs)
    fused = next((f for f in found if f is not None and float(np.median(f.trust)) > _DOUBTED), None)
    if fused is None:
        return field
    part = np.clip((fused.trust - _DOUBTED) / (_BELIEVED - _DOUBTED), 0, 1)
    if not (part > 0.5).any():
        return field
    low, high = np.percentile(fused.place[part > 0.5], _RANGE)
    part *= most
    place = ((fused.place - low) / max(float(high - low), 1e-9)).clip(0, 1)
    return place * part + field[0] * (1 - part), fused.trust * part + field[1] * (1 - part)


def _go_on(velocity: Array, unseen: Array, course: Course) -> Array:
    """Return the velocity, where nothing was measured that of a period before, and of one after.

    The field is then that of whatever hides the contact.
    """
    out = velocity.copy()
    count = len(velocity)
    for start, stop in runs(unseen):
        middle = (start + stop) // 2
        period = round(RATE_HZ / max(float(course.tempo_hz[middle]), 0.1))
        if float(course.periodic[middle]) < _PERIODIC or start < period or stop > count - period:
            continue
        at = np.arange(start, stop)
        before = at - period * ((at - start) // period + 1)
        after = at + period * ((stop - 1 - at) // period + 1)
        share = (at - start + 0.5) / (stop - start)
        out[at] = (1 - share) * velocity[before] + share * velocity[after]
    return out


def _unseen(at: Array, count: int) -> Array:
    """Return where the contact may be hidden (N,): between measurements that are long apart."""
    hidden = np.zeros(count, np.bool_)
    for before in np.flatnonzero(np.diff(at) > _HIDDEN_S * RATE_HZ):
        hidden[at[before] + 1 : at[before + 1]] = True
    return hidden


def _away(at: Array, count: int) -> Array:
    """Return how far each sample (N,) is from the nearest one in `at` (samples)."""
    index = np.arange(count)
    stamp = np.full(count, -np.inf)
    stamp[at] = at
    before = np.maximum.accumulate(stamp)
    stamp = np.full(count, np.inf)
    stamp[at] = at
    after = np.minimum.accumulate(stamp[::-1])[::-1]
    return np.asarray(np.minimum(index - before, after - index))


def _gain(pair: Pair, path: Array, even_s: Array, tempo_hz: Array) -> Array:
    """Return how far the place goes for a way of the field (N,); its sign is the same throughout."""
    slow_s = 1.5 / max(float(np.median(tempo_hz)), 0.1)
    place, way = _fast(pair.time_s, pair.place, slow_s), _fast(pair.time_s, path, slow_s)
    say = pair.say
    # Outliers of the boxes would decide a plain regression.
    limit = 3 * np.median(np.abs(place)) / 0.67
    say = say * (np.abs(place) < max(float(limit), 1e-12))
    both, own = say * place * way, say * way * way
    whole = float(both.sum()) / max(float(own.sum()), 1e-12)
    if whole == 0:
        return np.zeros(len(even_s))
    width = _AROUND_S * (len(pair.time_s) - 1) / max(float(np.ptp(pair.time_s)), 1e-6)
    spare = _SPARE * float(own.mean())
    near = gaussian_filter1d(both, width / 2, mode="nearest") + spare * whole
    near = near / (gaussian_filter1d(own, width / 2, mode="nearest") + spare)
    ratio = np.clip(near / whole, 1 / _GAIN, _GAIN)
    return np.asarray(whole * np.interp(even_s, pair.time_s, ratio))


def _fast(time_s: Array, curve: Array, slow_s: float) -> Array:
    """Return a curve without what is slower than a time (s)."""
    width = slow_s * (len(time_s) - 1) / max(float(np.ptp(time_s)), 1e-6)
    return np.asarray(curve - gaussian_filter1d(curve, max(width / 2, 0.5), mode="nearest"))


def _noise(pair: Pair, path: Array) -> tuple[float, float]:
    """Return the jitter of the places, and the drift of the field (per square root of a second).

    What both say differs by jitter from one measurement to the next, and by drift the more, the longer the
    time: by twice the square of the one plus the square of the other times the lag. Medians leave outliers
    out.
    """
    rest = pair.place - path
    rate = (len(rest) - 1) / max(float(np.ptp(pair.time_s)), 1e-6)
    floor = 1e-4 * max(float(np.ptp(pair.place)), 1e-9)
    jitter = max(float(np.sqrt(_square(np.diff(rest, 2)) / 6)), floor)
    drifts = [floor**2]
    for lag_s in _LAGS_S:
        step = max(1, round(lag_s * rate))
        if step < len(rest) - 2:
            drifts.append((_square(rest[step:] - rest[:-step]) - 2 * jitter**2) / (step / rate))
    return jitter, float(np.sqrt(max(drifts)))


def _square(values: Array) -> float:
    """Return the mean square of normal values, outliers left out."""
    return float(np.median(values**2)) / 0.455


def _smooth(place: Array, say: Array, at: Array, moved: Array, jitter: float, drift: Array) -> Array:
    """Return the curve (N,) that is nearest to the places and to the steps (N,)."""
    from scipy.linalg import solveh_banded  # without a model nothing of that is loaded

    count = len(moved)
    stiff = 1 / np.maximum(drift[1:] ** 2 / RATE_HZ, 1e-18)
    pull = np.bincount(at, say / jitter**2, count).astype(np.float64)
    goal = np.bincount(at, say * place / jitter**2, count).astype(np.float64)
    bands = np.zeros((2, count))
    bands[1] = pull
    bands[1, :-1] += stiff
    bands[1, 1:] += stiff
    bands[0, 1:] = -stiff
    goal[:-1] -= stiff * moved[1:]
    goal[1:] += stiff * moved[1:]
    # Where nothing was measured for long, the sum alone does not say where the curve is.
    bands[1] += 1e-9 * float(np.median(stiff))
    goal += 1e-9 * float(np.median(stiff)) * float(np.median(place))
    return np.asarray(solveh_banded(bands, goal))


def _trust(pair: Pair, say: Array, at: Array, place: Array, jitter: float, tempo_hz: Array) -> Array:
    """Return how far the places are more than noise, and near in time (N,), 0..1."""
    count = len(place)
    away = _away(at[say > _HEARD], count) / RATE_HZ
    there = np.clip(2 - away / _AVAILABLE_S, 0, 1)
    width = RATE_HZ * max(3.0, 2 / max(float(np.median(tempo_hz)), 0.1))
    middle = gaussian_filter1d(place, width, mode="nearest")
    signal = gaussian_filter1d((place - middle) ** 2, width, mode="nearest")
    whole = float(np.var(place))
    power = np.maximum(signal, 0.2 * whole)
    return np.asarray(there * power / (power + jitter**2))
