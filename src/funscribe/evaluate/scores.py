"""How well a script follows the truth: lag, correlation, turning points and rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funscribe.evaluate.cycles import cycle_count, match, rank_correlation, turning_points
from funscribe.evaluate.truth import Truth
from funscribe.records import Script

STEP_MS = 10.0
LAG_STEPS = 12
WINDOW_MS = 10_000.0
LEAST_STD = 4.0
REST_SPEED = 3.0
REST_AROUND_MS = 300.0
SPEED_MEAN_MS = 100.0
LEAST_STROKES = 3
LEAST_DEPTH_SPREAD = 4.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How well a script follows the truth. None means that the truth gives nothing to measure it by.

    Script and truth are compared at every 10 ms between the first and the last time of the truth, both linear
    between their points. A sample has truth where it lies between two known positions; all but `rest` is
    taken where there is truth.

    Attributes:
        lag_ms: How much later the script is than the truth: the lag in ±120 ms with the highest
            |Pearson r| over the clip, the smallest of equals (ms). None without motion in both.
        sign: Sign of that r: 1, or -1 for a script that is upside down.
        r: Median over 10 s windows (hop 10 s; one of the whole clip if it is shorter) of |Pearson r| after
            the lag is taken out. Windows with a truth of std < 4 units, or known in less than half,
            are left out; a script that stands still in a window has r = 0 there.
        f1: 2 matched ÷ (2 matched + extra + missed), of turning points (zig-zag extrema at least 12 units
            apart) matched one to one within ±80 ms, closest first, tops and bottoms alike (so it does
            not depend on the sign). The lag is not taken out. None if the truth has no turning point.
        t_ms: Median |time error| of the matches, the lag not taken out (ms); None without a match.
        rest: Mean |speed| of the script (units/s) where the truth rests (|speed|, averaged over 100 ms, at
            most 3 units/s throughout ±300 ms) or is unknown. None if it never does.
        cycles_script: Cycles of the script where there is truth (everywhere if there is none at all).
        cycles_truth: Cycles of the truth.
        matched: Turning points found.
        extra: Turning points of the script that the truth does not have.
        missed: Turning points of the truth that the script does not have.
    """

    lag_ms: float | None
    sign: int | None
    r: float | None
    f1: float | None
    t_ms: float | None
    rest: float | None
    cycles_script: float
    cycles_truth: float | None
    matched: int
    extra: int
    missed: int


class LocalR(NamedTuple):
    """Correlation in windows along a clip.

    Attributes:
        t_ms: Middle of each window (W,) (ms).
        r: Pearson r, with its sign, of each window (W,); NaN where the window is left out.
    """

    t_ms: Floats
    r: Floats


class _Curves(NamedTuple):
    """Script and truth at the same times.

    Attributes:
        t_ms: Times (S,), every 10 ms.
        wide: The script at those times and 12 steps before and after (S + 24,).
        truth: The truth (S,); NaN where there is none.
        known: Where there is truth (S,).
    """

    t_ms: Floats
    wide: Floats
    truth: Floats
    known: NDArray[np.bool_]

    def script(self, lag: int = 0) -> Floats:
        """The script (S,) as it is `lag` steps later."""
        return self.wide[LAG_STEPS + lag : LAG_STEPS + lag + len(self.t_ms)]


def evaluate(script: Script, truth: Truth) -> Fidelity:
    """How well `script` follows `truth`."""
    return fidelity(script.at_ms, script.pos, truth.t_ms, truth.pos)


def fidelity(
    script_t_ms: ArrayLike, script_pos: ArrayLike, truth_t_ms: ArrayLike, truth_pos: ArrayLike
) -> Fidelity:
    """How well a script follows the truth, both given as arrays.

    Args:
        script_t_ms: Times of the script (A,), increasing (ms).
        script_pos: Its positions (A,), 0..100; a script without actions is one that stands still.
        truth_t_ms: Times of the truth (N,), strictly increasing (ms).
        truth_pos: Its positions (N,), 0..100; NaN where there is no truth.

    Raises:
        TruthInvalid: If the truth is not as described.
        ValueError: If the script is not.
    """
    curves = _sample(script_t_ms, script_pos, truth_t_ms, truth_pos)
    lag, sign = _lag(curves)
    windows = _local_r(curves, WINDOW_MS, WINDOW_MS, lag or 0)
    found = np.abs(windows.r[np.isfinite(windows.r)])
    any_truth = bool(curves.known.any())
    script_shown = np.where(curves.known, curves.script(), np.nan) if any_truth else curves.script()
    script_turns = turning_points(curves.t_ms, script_shown).t_ms if any_truth else np.empty(0)
    truth_turns = turning_points(curves.t_ms, curves.truth).t_ms
    pairs = match(script_turns, truth_turns)
    errors = np.abs(script_turns[pairs[:, 0]] - truth_turns[pairs[:, 1]])
    return Fidelity(
        lag_ms=None if lag is None else lag * STEP_MS,
        sign=sign,
        r=float(np.median(found)) if len(found) else None,
        f1=2 * len(pairs) / (len(script_turns) + len(truth_turns)) if len(truth_turns) else None,
        t_ms=float(np.median(errors)) if len(errors) else None,
        rest=_rest(curves),
        cycles_script=cycle_count(curves.t_ms, script_shown),
        cycles_truth=cycle_count(curves.t_ms, curves.truth) if any_truth else None,
        matched=len(pairs),
        extra=len(script_turns) - len(pairs),
        missed=len(truth_turns) - len(pairs),
    )


def local_r(
    script: Script, truth: Truth, window_ms: float = WINDOW_MS, hop_ms: float = WINDOW_MS, lag_ms: float = 0.0
) -> LocalR:
    """Pearson r of script and truth in windows, for a script that is `lag_ms` (within ±120 ms) late."""
    lag = round(lag_ms / STEP_MS)
    if abs(lag) > LAG_STEPS:
        raise ValueError(f"lag_ms must lie in ±{LAG_STEPS * STEP_MS:g} ms, not {lag_ms:g}")
    curves = _sample(script.at_ms, script.pos, truth.t_ms, truth.pos)
    return _local_r(curves, window_ms, hop_ms, lag)


def depth_rank_correlation(script: Script, truth: Truth) -> float | None:
    """Spearman's correlation of stroke depths: is a deep stroke deeper than a shallow one?

    A stroke runs from one turning point of the truth to the next, both matched in the script as for `f1`; its
    depth is the difference of the two positions. None for fewer than 3 such strokes, or if the true depths
    differ by less than 4 units, so that there is no order to find.
    """
    curves = _sample(script.at_ms, script.pos, truth.t_ms, truth.pos)
    ours = turning_points(curves.t_ms, np.where(curves.known, curves.script(), np.nan))
    real = turning_points(curves.t_ms, curves.truth)
    pairs = match(real.t_ms, ours.t_ms)
    strokes = np.flatnonzero((np.diff(pairs[:, 0]) == 1) & (np.diff(pairs[:, 1]) > 0))
    real_depth = np.abs(real.pos[pairs[strokes + 1, 0]] - real.pos[pairs[strokes, 0]])
    our_depth = np.abs(ours.pos[pairs[strokes + 1, 1]] - ours.pos[pairs[strokes, 1]])
    if len(strokes) < LEAST_STROKES or np.ptp(real_depth) < LEAST_DEPTH_SPREAD:
        return None
    # A script that gives every stroke the same depth has no order at all.
    return rank_correlation(our_depth, real_depth) or 0.0


def _sample(
    script_t_ms: ArrayLike, script_pos: ArrayLike, truth_t_ms: ArrayLike, truth_pos: ArrayLike
) -> _Curves:
    truth = Truth(np.asarray(truth_t_ms), np.asarray(truth_pos))
    start, stop = (truth.t_ms[0], truth.t_ms[-1]) if len(truth) else (0.0, -STEP_MS)
    count = int(np.floor((stop - start) / STEP_MS + 1e-6)) + 1
    wide_ms: Floats = start + STEP_MS * np.arange(-LAG_STEPS, count + LAG_STEPS, dtype=np.float64)
    t_ms = wide_ms[LAG_STEPS : LAG_STEPS + count]
    # Linear interpolation would make up truth between a known position and an unknown one.
    missing = np.isnan(truth.pos).astype(np.float64)
    known = np.interp(t_ms, truth.t_ms, missing) == 0 if count else np.zeros(0, np.bool_)
    filled = np.interp(t_ms, truth.t_ms, np.nan_to_num(truth.pos, nan=0.0)) if count else np.zeros(0)
    return _Curves(t_ms, _script_at(script_t_ms, script_pos, wide_ms), np.where(known, filled, np.nan), known)


def _script_at(script_t_ms: ArrayLike, script_pos: ArrayLike, t_ms: Floats) -> Floats:
    times, pos = np.asarray(script_t_ms, dtype=np.float64), np.asarray(script_pos, dtype=np.float64)
    if times.ndim != 1 or times.shape != pos.shape:
        raise ValueError(f"a script has as many times as positions, not {times.shape} and {pos.shape}")
    if not (np.all(np.isfinite(times)) and np.all(np.isfinite(pos))) or np.any(np.diff(times) <= 0):
        raise ValueError("a script's times must be strictly increasing and all its numbers finite")
    return np.interp(t_ms, times, pos) if len(times) else np.full(len(t_ms), 50.0)


def _lag(curves: _Curves) -> tuple[int | None, int | None]:
    """The lag with the highest |Pearson r| over the clip, in steps, and the sign of that r."""
    truth = curves.truth[curves.known]
    # From the smallest lag outwards, so that the smallest of equally good ones wins.
    best_lag, best = None, 0.0
    for lag in sorted(range(-LAG_STEPS, LAG_STEPS + 1), key=abs):
        r = pearson(curves.script(lag)[curves.known], truth)
        if r is not None and abs(r) > abs(best) + 1e-12:
            best_lag, best = lag, r
    return best_lag, None if best_lag is None else (1 if best > 0 else -1)


def pearson(a: Any, b: Any) -> float | None:
    """Pearson r of two lists, None if it is undefined because one stands still."""
    if len(a) < 2:
        return None
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt(_dot(a, a) * _dot(b, b)))
    return None if size < 1e-9 * len(a) else _dot(a, b) / size


def _dot(a: Any, b: Any) -> float:
    # Not a @ b: that may start threads, which on a busy machine take longer than the sum itself.
    return float(np.einsum("i,i->", a, b))


def _local_r(curves: _Curves, window_ms: float, hop_ms: float, lag: int) -> LocalR:
    length, hop = max(2, round(window_ms / STEP_MS)), max(1, round(hop_ms / STEP_MS))
    count = len(curves.t_ms)
    windows = [slice(s, s + length) for s in range(0, max(1, count - length + 1), hop)] if count else []
    middles = [(curves.t_ms[w][0] + curves.t_ms[w][-1]) / 2 for w in windows]
    values = [_window_r(curves, curves.script(lag), w) for w in windows]
    return LocalR(np.array(middles, dtype=np.float64), np.array(values, dtype=np.float64))


def _window_r(curves: _Curves, script: Floats, window: slice) -> float:
    known = curves.known[window]
    truth = curves.truth[window][known]
    if 2 * len(truth) < len(known) or truth.std() < LEAST_STD:
        return float("nan")
    return pearson(script[window][known], truth) or 0.0


def _rest(curves: _Curves) -> float | None:
    """Mean |speed| of the script over the steps (S-1,) at which the truth rests or is unknown (units/s)."""
    if len(curves.t_ms) < 2:
        return None
    per_s = 1000.0 / STEP_MS
    truth_speed = np.abs(np.diff(curves.truth)) * per_s
    known = np.isfinite(truth_speed)
    smooth = _moving_sum(np.where(known, truth_speed, 0.0), SPEED_MEAN_MS) / np.maximum(
        1, _moving_sum(known.astype(np.float64), SPEED_MEAN_MS)
    )
    moving = known & (smooth > REST_SPEED)
    resting = ~known | (_moving_sum(moving.astype(np.float64), 2 * REST_AROUND_MS) < 0.5)
    if not resting.any():
        return None
    return float((np.abs(np.diff(curves.script())) * per_s)[resting].mean())


def _moving_sum(values: Floats, width_ms: float) -> Floats:
    """Sum over the window of `width_ms` about each value (cut off at the ends)."""
    half = round(width_ms / STEP_MS / 2)
    total = np.concatenate(([0.0], np.cumsum(values)))
    index = np.arange(len(values))
    return np.asarray(total[np.minimum(index + half + 1, len(values))] - total[np.maximum(index - half, 0)])
