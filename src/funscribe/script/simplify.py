"""Fewer points for the same curve, with a bound on the error at every sample."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# How far beyond the last good point is looked, as a multiple of the way to it: keeps the whole linear.
LOOK_AHEAD = 4
LEAST_LOOK_AHEAD = 64


def simplify(
    at_ms: NDArray[np.int64], values: NDArray[np.float64], keep: NDArray[np.bool_], tolerance: float
) -> NDArray[np.int64]:
    """Indices of the samples (K,), int64, whose rounded positions, joined by lines, follow the curve.

    At every sample the lines are within `tolerance` of the curve. From each point the farthest next one is
    taken that the bound allows: the slopes that pass all samples in between form a cone, which every sample
    narrows (swing filter: Elmeleegy et al., "Online piece-wise linear approximation of numerical streams with
    precision guarantees", VLDB 2009; here with vertices on samples).

    Args:
        at_ms: Times (T,), strictly increasing (ms).
        values: The curve (T,) (units).
        keep: Samples that are taken in any case (T,); the two ends always are.
        tolerance: Greatest vertical error, at least 0.5, since positions are rounded (units).
    """
    if tolerance < 0.5:
        raise ValueError(f"tolerance must be at least 0.5 units, not {tolerance}")
    if len(at_ms) <= 2:
        return np.arange(len(at_ms))
    fixed = keep.copy()
    fixed[[0, -1]] = True
    times = at_ms.astype(np.float64).tolist()
    lows, highs = (values - tolerance).tolist(), (values + tolerance).tolist()
    points = np.rint(values).tolist()
    chosen = [0]
    for start, stop in pairwise(np.flatnonzero(fixed).tolist()):
        while start < stop:
            start = stop if stop == start + 1 else _farthest(times, lows, highs, points, (start, stop))
            chosen.append(start)
    return np.array(chosen, dtype=np.int64)


def _farthest(
    times: list[float], lows: list[float], highs: list[float], points: list[float], span: tuple[int, int]
) -> int:
    """The last sample after `span[0]`, up to `span[1]`, that a line may reach within the bounds."""
    start, stop = span
    t, p = times[start], points[start]
    least, most = float("-inf"), float("inf")
    best, give_up = start + 1, start + LEAST_LOOK_AHEAD
    for k in range(start + 1, stop + 1):
        run = times[k] - t
        if least <= (points[k] - p) / run <= most:
            best = k
            give_up = k + LOOK_AHEAD * (k - start) + LEAST_LOOK_AHEAD
        elif k > give_up:
            break
        low, high = (lows[k] - p) / run, (highs[k] - p) / run
        if low > least:
            least = low
        if high < most:
            most = high
        if least > most:
            break
    return best
