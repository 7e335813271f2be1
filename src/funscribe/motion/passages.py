"""Passages: where the motion changes its speed, its direction or its place, a chapter may begin.

Features of short windows are cut into stretches in which each feature is about the same, so that the squares
left over and a price for each cut are least. That is solved exactly by dynamic programming with pruning
(PELT; Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational cost",
2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import uniform_filter1d

from funscribe.motion.options import MotionOptions
from funscribe.motion.shots import split_shots
from funscribe.records import Array, Chapter, MotionSignal, Trace
from funscribe.similarity import similarity_basis

_STEP_S = 0.5
_OVER_S = 1.0  # of a window
_SPEEDS = ((15.0, "rest"), (120.0, "slow"), (250.0, "medium"), (np.inf, "fast"))
"""Names of passages whose mean speed is less (units/s)."""

_SLOWEST = 20.0  # units/s added before the logarithm: below it speeds are alike
_STILL = 0.05  # picture heights/s, of all cells together, below which their motion says nothing
_FASTEST = 2.0  # picture heights/s of a cell; a burst says no more than that
_CHANGES = (0.5, 0.3, 0.16, 0.12, 0.45, 0.45)
"""How much of a feature is a change: of speed and tempo (e-folds), of the place across and down (picture
heights), and of the two parts of the doubled direction."""

_LAG_S = 1 / 15  # over which the velocity's own change is taken
_PRICE = 25.0  # of a cut, in squared changes times windows
_AT_CUT_S = 1.5  # how far a boundary goes to the beginning of a shot
_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a video in which the motion stays about the same.

    Attributes:
        start_s: Where it begins (s).
        end_s: Where it ends (s).
        speed: Mean speed of the motion (units/s, of 100 units from end to end).
    """

    start_s: float
    end_s: float
    speed: float

    @property
    def kind(self) -> str:
        """How fast it is: rest, slow, medium or fast."""
        return next(name for below, name in _SPEEDS if self.speed < below)

    def chapter(self) -> Chapter:
        """Return it as a chapter, named by how fast it is."""
        speed = "" if self.kind == _SPEEDS[0][1] else f", {self.speed:.0f} units/s"
        return Chapter(self.kind + speed, self.start_s, self.end_s)


def find_passages(
    trace: Trace, camera: Array, signal: MotionSignal, options: MotionOptions
) -> tuple[Passage, ...]:
    """Return the passages of a clip, one after the other from its first frame to its last.

    Args:
        trace: What was watched.
        camera: The camera's motion (T, 4).
        signal: The stroke that was drawn out of it.
        options: How short a passage may be, and what a cut is.

    Raises:
        ValueError: The signal is of another clip.
    """
    if len(signal) != len(trace):
        raise ValueError(f"the signal is of {len(signal)} frames, not {len(trace)}")
    if len(trace) < 2 or trace.time_s[-1] - trace.time_s[0] < _STEP_S:
        return ()
    start_s, end_s = float(trace.time_s[0]), float(trace.time_s[-1])
    least = max(1, round(options.chapter_s / _STEP_S))
    rows = _features(trace, camera, signal)
    edges = [start_s + k * _STEP_S for k in best_cuts(rows, least, _PRICE)]
    shots = np.array([trace.time_s[shot.start] for shot in split_shots(trace.cut, options.cut_threshold)])
    whole = [start_s, *(_at_cut(edge, shots) for edge in edges), end_s]
    return tuple(
        Passage(begin, end, _speed(signal, begin, end)) for begin, end in pairwise(whole) if end > begin
    )


def best_cuts(rows: Array, least: int, price: float) -> list[int]:
    """Return where rows (n, F) are best cut into stretches, without the ends.

    Args:
        rows: Features in multiples of what counts as a change.
        least: Fewest rows of a stretch.
        price: Of a cut, in sums of squares.
    """
    count = len(rows)
    if count < 2 * least:
        return []
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum((rows**2).sum(1))])
    best, back = np.full(count + 1, np.inf), np.zeros(count + 1, np.int64)
    best[0] = -price
    open_at, until = np.zeros(0, np.int64), np.zeros(0)
    for stop in range(least, count + 1):
        open_at, until = np.append(open_at, stop - least), np.append(until, np.inf)
        length = stop - open_at
        left = squares[stop] - squares[open_at] - ((sums[stop] - sums[open_at]) ** 2).sum(1) / length
        total = best[open_at] + left
        chosen = int(total.argmin())
        best[stop], back[stop] = total[chosen] + price, open_at[chosen]
        # What is dearer even without the price of a cut here can never be the cheapest again, as soon as a
        # stretch that begins here can be long enough.
        until = np.where(total > best[stop], np.minimum(until, stop + least), until)
        kept = until > stop + 1
        open_at, until = open_at[kept], until[kept]
    cuts = [int(back[count])]
    while cuts[-1] > 0:
        cuts.append(int(back[cuts[-1]]))
    return cuts[-2::-1]


def _features(trace: Trace, camera: Array, signal: MotionSignal) -> Array:
    """Return what the motion is like in windows along a clip (n, 6), in multiples of what is a change."""
    speed = np.abs(np.diff(signal.position, prepend=signal.position[:1])) * 100
    step_s = np.diff(trace.time_s, prepend=trace.time_s[0])
    seen = _seen(trace, camera)
    count = int((trace.time_s[-1] - trace.time_s[0]) / _STEP_S) + 1
    index = ((trace.time_s - trace.time_s[0]) / _STEP_S).astype(np.int64).clip(0, count - 1)
    columns = np.column_stack([speed, step_s, seen])
    bins = np.stack([np.bincount(index, column, count) for column in columns.T], 1)
    width = round(_OVER_S / _STEP_S) | 1
    bins = uniform_filter1d(bins, width, axis=0, mode="nearest")
    pace, elapsed, energy, x, y, across, slant, turned = bins.T
    size = np.maximum(energy, 1e-12)
    # Where hardly anything moves, place and direction fade to what they are on the whole.
    sure = energy / (energy + _STILL**2 * np.maximum(elapsed, 1e-9))
    found = [np.log(pace / np.maximum(elapsed, 1e-9) + _SLOWEST)]
    tempo = 0.5 * np.log((turned + 1e-9) / (size + 1e-9))
    for column in (tempo, x / size, y / size, across / size, slant / size):
        mean = float((column * size).sum() / size.sum())
        found.append(sure * (column - mean))
    return np.asarray(np.column_stack(found) / np.array(_CHANGES))


def _seen(trace: Trace, camera: Array) -> Array:
    """Return the energy of the field without the camera, and what it says, of each frame (T, 6).

    After the energy come its products with the place and with the doubled direction, and that of what the
    velocity changes by; a motion turns round the sooner, the more that is beside the energy.
    """
    grid = (trace.field.shape[1], trace.field.shape[2])
    basis = similarity_basis(grid)
    places = np.stack([basis[2, 0::2], basis[2, 1::2]], 1)
    step_s = np.diff(trace.time_s, prepend=trace.time_s[0])
    lag = max(1, round(_LAG_S / max(float(np.median(step_s[1:])), 1e-3)))
    out = np.zeros((len(trace), 6))
    before = np.zeros((lag, basis.shape[1]), np.float32)
    for start in range(0, len(trace), _CHUNK):
        part = slice(start, start + _CHUNK)
        field = trace.field[part].reshape(len(step_s[part]), -1).astype(np.float32)
        np.nan_to_num(field, copy=False, posinf=0, neginf=0)
        field -= np.asarray(camera[part], np.float32) @ basis
        field = field.clip(-_FASTEST, _FASTEST)
        since = np.concatenate([before, field])
        before = since[len(field) :]
        out[part, 5] = ((field - since[: len(field)]) ** 2).sum(1) * step_s[part]
        u, v = field[:, 0::2], field[:, 1::2]
        square = u * u + v * v
        out[part, 0] = square.sum(1)
        out[part, 1:3] = square @ places
        out[part, 3] = (u * u - v * v).sum(1)
        out[part, 4] = (2 * u * v).sum(1)
        out[part, :5] *= step_s[part, None]
    return out


def _at_cut(edge: float, shots: Array) -> float:
    """Return the beginning of the nearest shot, if it is near."""
    near = float(shots[np.abs(shots - edge).argmin()])
    return near if abs(near - edge) <= _AT_CUT_S else edge


def _speed(signal: MotionSignal, begin: float, end: float) -> float:
    part = (signal.time_s >= begin) & (signal.time_s <= end)
    way = float(np.abs(np.diff(signal.position[part])).sum()) if part.any() else 0.0
    return 100 * way / (end - begin)
