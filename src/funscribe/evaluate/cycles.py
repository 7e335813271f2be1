"""Turning points and cycles of a curve, and how those of two curves pair up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funscribe import zigzag

TURN_DEPTH = 12.0
CYCLE_DEPTH = 15.0
MATCH_WITHIN_MS = 80.0


class TurningPoints(NamedTuple):
    """Where a curve turns.

    Attributes:
        t_ms: Time of each turning point (K,), float64, increasing; the middle of a flat top or bottom (ms).
        pos: Position there (K,), float64 (units).
    """

    t_ms: NDArray[np.float64]
    pos: NDArray[np.float64]


def turning_points(t_ms: ArrayLike, pos: ArrayLike, depth: float = TURN_DEPTH) -> TurningPoints:
    """Zig-zag extrema of a curve that is linear between its samples.

    Neighbours are at least `depth` units apart; the two ends of the curve are no turning points. NaN breaks
    the curve into parts that are looked at one by one.

    Args:
        t_ms: Times (N,), increasing (ms).
        pos: Positions (N,) (units); NaN where nothing is known.
        depth: Least difference between neighbouring turning points (units).
    """
    times = np.asarray(t_ms, dtype=np.float64)
    values = np.asarray(pos, dtype=np.float64)
    if times.shape != values.shape:
        raise ValueError(f"t_ms and pos must be equally long, not {times.shape} and {values.shape}")
    found = zigzag.turns(values, depth)
    return TurningPoints((times[found.first] + times[found.last]) / 2, values[found.first])


def cycle_count(t_ms: ArrayLike, pos: ArrayLike, depth: float = CYCLE_DEPTH) -> float:
    """Number of cycles: turning points ÷ 2, so halves occur (arguments as `turning_points`)."""
    return len(turning_points(t_ms, pos, depth).t_ms) / 2


def match(a_ms: ArrayLike, b_ms: ArrayLike, within_ms: float = MATCH_WITHIN_MS) -> NDArray[np.int64]:
    """Pairs of times that belong together, one to one, the closest pairs taken first.

    Args:
        a_ms: Times (A,), increasing (ms).
        b_ms: Times (B,), increasing (ms).
        within_ms: Farthest that a pair may be apart, itself included (ms).

    Returns:
        Indices into `a_ms` and `b_ms` (M, 2), sorted by the first.
    """
    a, b = np.asarray(a_ms, dtype=np.float64), np.asarray(b_ms, dtype=np.float64)
    begin = np.searchsorted(b, a - within_ms, side="left")
    count = np.searchsorted(b, a + within_ms, side="right") - begin
    left = np.repeat(np.arange(len(a)), count)
    right = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
    order = np.argsort(np.abs(a[left] - b[right]), kind="stable")
    used_a, used_b = [False] * len(a), [False] * len(b)
    pairs: list[tuple[int, int]] = []
    for i, j in zip(left[order].tolist(), right[order].tolist(), strict=True):
        if not (used_a[i] or used_b[j]):
            used_a[i] = used_b[j] = True
            pairs.append((i, j))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def rank_correlation(a: ArrayLike, b: ArrayLike) -> float | None:
    """Spearman's rank correlation of two lists (N,), ties given their mean rank; None if one is constant."""
    first, second = _ranks(np.asarray(a)), _ranks(np.asarray(b))
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank: NDArray[np.float64] = np.cumsum(counts) - (counts - 1) / 2
    return mean_rank[inverse]
