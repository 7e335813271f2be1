"""Whether something became slower: ratios of pairs, an interval around them, and a verdict.

A pair is two processes, one of each side, at work in turns: A B B A. What disturbs the machine for a while
meets both, and what one process has by chance, such as where its memory lies, is in one ratio only. Each pair
gives the ratio of the medians of its units; the estimate is the pseudo-median of the pairs' ratios (Hodges
and Lehmann, "Estimates of Location Based on Rank Tests", 1963), which a pair that went wrong hardly moves;
the interval is a percentile bootstrap over pairs (Efron, "Bootstrap Methods", 1979), for units of one pair
are not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Verdict = Literal["slower", "faster", "no difference shown", "not measured"]

THRESHOLD = 0.05
FEWEST_PAIRS = 8
"""Pairs before which no verdict is given: with fewer, the interval is that of the extremes."""

_LEVEL = 0.99  # we look at the interval after every few pairs, so it has to be wider than for one look
_RESAMPLES = 2000
_AT_ONCE = 500_000  # means that are held in memory together


class Interval(Struct, frozen=True):
    """A ratio, new by base, and where it may lie.

    Attributes:
        ratio: The estimate; 1.15 is 15 % more.
        low: Lower end of the interval.
        high: Upper end.
    """

    ratio: float
    low: float
    high: float

    def above(self, threshold: float) -> bool:
        """Whether all of it is more than the threshold above 1."""
        return self.low > 1 + threshold

    def below(self, threshold: float) -> bool:
        """Whether all of it is more than the threshold below 1."""
        return self.high < 1 / (1 + threshold)

    def within(self, threshold: float) -> bool:
        """Whether all of it is closer to 1 than the threshold."""
        return self.high < 1 + threshold and self.low > 1 / (1 + threshold)


class Compared(Struct, frozen=True, kw_only=True):
    """One case of two sides.

    Attributes:
        case: What was measured.
        verdict: What is shown of its time.
        pairs: How many pairs there were.
        wall: Ratio of the wall times.
        cpu: Ratio of the times of all cores; None where they are not known.
        memory: Ratio of the peak memories; None where they are not known.
        base_s: Median wall time of a unit of the base (s).
        new_s: Median wall time of a unit of the new side (s).
        base_mb: Median peak memory of the base (MB).
        new_mb: Median peak memory of the new side (MB).
        why_not: Why it was not measured.
    """

    case: str
    verdict: Verdict
    pairs: int = 0
    wall: Interval | None = None
    cpu: Interval | None = None
    memory: Interval | None = None
    base_s: float | None = None
    new_s: float | None = None
    base_mb: float | None = None
    new_mb: float | None = None
    why_not: str = ""


def paired_interval(ratios: Sequence[float], seed: int = 0) -> Interval:
    """Return the pseudo-median of the ratios of pairs and its interval.

    Args:
        ratios: One a pair (N,), positive; at least one.
        seed: Of the resampling.

    Raises:
        ValueError: There is none, or one is not a positive number.
    """
    logs = _logs(ratios)
    drawn = np.random.default_rng(seed).integers(0, len(logs), (_RESAMPLES, len(logs)))
    return _interval(float(_pseudo_median(logs[None])[0]), _pseudo_median(logs[drawn]))


def unpaired_interval(base: Sequence[float], new: Sequence[float], seed: int = 0) -> Interval:
    """Return the ratio of two medians of samples that were not taken in turns, and its interval.

    Args:
        base: Samples of the base (N,), positive; at least one.
        new: Samples of the new side (M,).
        seed: Of the resampling.

    Raises:
        ValueError: There is none, or one is not a positive number.
    """
    sides = [_logs(base), _logs(new)]
    rng = np.random.default_rng(seed)
    drawn = [logs[rng.integers(0, len(logs), (_RESAMPLES, len(logs)))] for logs in sides]
    before, after = (np.median(logs, axis=1) for logs in drawn)
    return _interval(float(np.median(sides[1]) - np.median(sides[0])), after - before)


def decide(wall: Interval, cpu: Interval | None, threshold: float = THRESHOLD) -> Verdict:
    """Return the verdict: of the wall time where that shows anything, else of the time of all cores.

    Wall time is what a user waits for, and finds waiting too; the time of the cores is disturbed far less on
    a machine that does other things beside.
    """
    for interval in (wall, cpu):
        if interval is not None and interval.above(threshold):
            return "slower"
        if interval is not None and interval.below(threshold):
            return "faster"
    return "no difference shown"


def is_settled(wall: Interval, cpu: Interval | None, pairs: int, threshold: float = THRESHOLD) -> bool:
    """Whether more pairs would change nothing: there is a verdict, or it is shown that little differs."""
    if pairs < FEWEST_PAIRS:
        return False
    return decide(wall, cpu, threshold) != "no difference shown" or (cpu or wall).within(threshold)


def _logs(values: Sequence[float]) -> NDArray[np.float64]:
    numbers = np.asarray(values, np.float64)
    if not len(numbers) or not (np.isfinite(numbers) & (numbers > 0)).all():
        raise ValueError(f"ratios and times are positive numbers, and at least one, not {list(values)[:5]}")
    return np.log(numbers)


def _pseudo_median(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of all means of two of each row (R, N) -> (R,)."""
    first, second = np.triu_indices(logs.shape[1])
    parts = np.array_split(logs, max(1, len(logs) * len(first) // _AT_ONCE))
    return np.concatenate([np.median((part[:, first] + part[:, second]) / 2, axis=1) for part in parts])


def _interval(estimate: float, resampled: NDArray[np.float64]) -> Interval:
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(resampled, (tail, 1 - tail))
    return Interval(float(np.exp(estimate)), float(np.exp(low)), float(np.exp(high)))
