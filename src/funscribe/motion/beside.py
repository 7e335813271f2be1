"""What a thing does beside its stroke: the motion of it as a whole, less all that the stroke explains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from funscribe.motion.even import RATE_HZ
from funscribe.motion.extraction import Followed
from funscribe.motion.periodicity import periodicity
from funscribe.motion.rigid import Rigid
from funscribe.records import Array

SEEN = ("roll", "surge", "sway")

_DEGREES = 60.0
_SIZES = 2.0
_ENDS = 2 * np.sqrt(2.0)  # standard deviations of an oscillation between its ends
_DEPTH_SWAY = 0.3  # picture heights
_LEAST_STROKE = 0.08  # picture heights: of a shorter stroke the noise is as large as what may lie across it
_SLOW_S = 8.0  # motion slower than this is drift
_SMOOTH_S = 0.05
_WINDOW_S = 20.0  # over which it is asked what the stroke explains
_ORDER = 3  # of the polynomial of the stroke's place that is taken out
_AROUND_S = 6.0  # over which the size of a motion is taken
_PART_S = 10.0  # over which its usual speed and its periodicity are
_JOLT = 3.0  # times the usual speed; that of an oscillation is at most 1.4 times
_MOSTLY = 0.5  # part of the stroke that is a turn, from which it is a roll, or growth, from which it is surge
_SLIDES = 0.25  # part of it that slides, from which the stroke has a direction in the picture
_UPRIGHT = 0.35  # part to the right below which what lies across the stroke is up
_SLOWEST_HZ = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What a thing does beside the stroke, in the samples in which it strokes.

    Attributes:
        place: Where it is along each axis of `SEEN` (K, n), from the middle, in parts of the range.
        size: How large that motion is as part of all that the thing does (K, n).
        over: How large it is as a multiple of its noise (K, n).
    """

    place: Array
    size: Array
    over: Array


def measure(followed: Followed, rigid: Rigid, on: Array) -> Beside:
    """Return what a thing does beside the stroke.

    Args:
        followed: The shot.
        rigid: How the thing in it moves.
        on: Samples in which it strokes (n,).
    """
    stroke = _place(followed.course.velocity[on])
    paths = np.stack([_place(rigid.velocity[on, k]) for k in range(4)])
    # What turns and grows is measured by how far that moves the cells of the thing.
    radius = float(np.median(rigid.radius[on]))
    reach = np.array([1.0, 1.0, radius, radius])[:, None]
    slides, grows, turns = _parts(paths * reach, stroke)
    rest, gains = _without_stroke(paths, stroke)
    rest = np.stack([_without_jolts(path) for path in rest])
    if turns > _MOSTLY:
        rest[3] = paths[3]
    elif grows > _MOSTLY:
        rest[2] = 0
    sway = np.einsum("nk,kn->n", _across(gains[:, :2], slides > _SLIDES), rest[:2])
    far = np.full(len(on), _DEPTH_SWAY)
    if slides > _SLIDES:
        far = np.maximum(_ENDS * _size(stroke) * np.hypot(gains[:, 0], gains[:, 1]), _LEAST_STROKE)
    place = np.stack([rest[3] / np.deg2rad(_DEGREES), -rest[2] / np.log(_SIZES), sway / far])
    size = np.stack([_size(way) for way in (radius * rest[3], radius * rest[2], sway)])
    whole = np.sqrt((np.stack([_size(path) for path in paths * reach]) ** 2).sum(0))
    deviation = rigid.noise[on].T * reach
    noise = np.stack([_noise(each) for each in (deviation[3], deviation[2], deviation[:2].mean(0))])
    return Beside(place, size / np.maximum(whole, 1e-9), size / np.maximum(noise, 1e-9))


def _parts(paths: Array, stroke: Array) -> Array:
    """Return which parts of a stroke (n,) slide, grow and turn (3,), that make one."""
    gain = paths @ stroke
    parts = np.array([gain[0] ** 2 + gain[1] ** 2, gain[2] ** 2, gain[3] ** 2])
    return np.asarray(parts / max(float(parts.sum()), 1e-30))


def _place(velocity: Array) -> Array:
    """Return where a velocity (n,) leads, without drift."""
    path = np.cumsum(velocity) / RATE_HZ
    return np.asarray(
        gaussian_filter1d(path, _SMOOTH_S * RATE_HZ, mode="nearest")
        - gaussian_filter1d(path, _SLOW_S * RATE_HZ / 4, mode="reflect")
    )


def _without_jolts(path: Array) -> Array:
    """Return a path (n,) without what is far faster than usual, as of something that passes before it."""
    velocity = np.diff(path, prepend=path[0]) * RATE_HZ
    usual = _by_part(np.abs(velocity), lambda part: float(np.median(part)))
    return _place(velocity.clip(-_JOLT * usual, _JOLT * usual))


def _by_part(curve: Array, figure: Callable[[Array], float]) -> Array:
    """Return a figure of the parts of a curve (n,), from middle to middle (n,)."""
    count = len(curve)
    number = max(1, round(count / (_PART_S * RATE_HZ)))
    edges = [round(k * count / number) for k in range(number + 1)]
    middles = [(start + stop) / 2 for start, stop in pairwise(edges)]
    values = [figure(curve[start:stop]) for start, stop in pairwise(edges)]
    return np.asarray(np.interp(np.arange(count), middles, values))


def _without_stroke(paths: Array, stroke: Array) -> tuple[Array, Array]:
    """Return paths (K, n) less what the place of the stroke explains, and how far they go with it (n, K)."""
    count = stroke.shape[0]
    length = min(count, round(_WINDOW_S * RATE_HZ))
    number = max(1, -(-(count - length) * 2 // length) + 1)
    starts = [round(k * (count - length) / max(number - 1, 1)) for k in range(number)]
    middles = [start + length / 2 for start in starts]
    explained, gains = np.zeros(paths.shape), np.zeros((count, len(paths)))
    for k, start in enumerate(starts):
        part = slice(start, start + length)
        unit = stroke[part] / max(float(stroke[part].std()), 1e-12)
        model = np.stack([unit**power for power in range(_ORDER + 1)], 1)
        fitted = np.linalg.lstsq(model, paths[:, part].T, rcond=None)[0]
        both = paths[:, part] @ stroke[part] / max(float(stroke[part] @ stroke[part]), 1e-12)
        share = np.interp(np.arange(count), middles, np.eye(number)[k]) if number > 1 else np.ones(count)
        explained[:, part] += share[part] * (model @ fitted).T
        gains += share[:, None] * both
    return paths - explained, gains


def _across(gains: Array, slides: bool) -> Array:
    """Return unit vectors (n, 2) in the picture across the stroke's direction (n, 2), that never flip."""
    if not slides:
        return np.broadcast_to(np.array([1.0, 0.0]), gains.shape)
    unit = gains / np.maximum(np.hypot(gains[:, :1], gains[:, 1:]), 1e-12)
    across = np.stack([unit[:, 1], -unit[:, 0]], 1)
    # From sample to sample it turns little: a change of the sign is a flip.
    flips = np.where((across[1:] * across[:-1]).sum(1) < 0, -1.0, 1.0)
    across *= np.concatenate([[1.0], np.cumprod(flips)])[:, None]
    right, down = across.sum(0)
    upright = abs(right) < _UPRIGHT * abs(down)
    return np.asarray(across * (-1.0 if (down > 0 if upright else right < 0) else 1.0))


def _size(path: Array) -> Array:
    """Return how large a motion (n,) is around each sample: its standard deviation."""
    width = _AROUND_S * RATE_HZ / 2
    middle = gaussian_filter1d(path, width, mode="reflect")
    return np.asarray(np.sqrt(gaussian_filter1d((path - middle) ** 2, width, mode="reflect")))


def _noise(deviation: Array) -> Array:
    """Return how large a motion velocities of nothing but noise (n,) add up to."""
    square = gaussian_filter1d(deviation**2, _AROUND_S * RATE_HZ / 2, mode="reflect")
    return np.asarray(np.sqrt(square * _SLOW_S / 4) / RATE_HZ**0.5)


def regularity(place: Array) -> Array:
    """Return how periodic a motion (n,) is around each sample (n,), 0..1."""

    def figure(part: Array) -> float:
        return float(periodicity(np.diff(part, prepend=part[0])[None], np.array([_SLOWEST_HZ]))[1][0])

    return _by_part(place, figure)
