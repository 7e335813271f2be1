"""A script as the curve that a device follows: lines from action to action, in time and not in index."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def weigh_around(at_ms: Ints, values: ArrayLike, offsets_ms: Floats, weights: Floats) -> Floats:
    """Weighted sum of the curve a few times before and after each action (A,).

    Beyond an end the curve goes on as its reflection through that end, so that a straight line stays one.

    Args:
        at_ms: Times of the actions (A,), strictly increasing (ms).
        values: The curve at the actions (A,).
        offsets_ms: Where to look, from each action (K,) (ms).
        weights: What each of these counts (K,).
    """
    times, curve = at_ms.astype(np.float64), np.asarray(values, np.float64)
    if len(times) < 2:
        return curve * float(weights.sum())
    reach = float(np.abs(offsets_ms).max())
    # Up to the first action out of reach: the line to it is needed too.
    early = np.arange(min(np.searchsorted(times, times[0] + reach), len(times) - 1), 0, -1)
    late = np.arange(len(times) - 2, max(np.searchsorted(times, times[-1] - reach) - 1, 0) - 1, -1)
    longer = np.concatenate((2 * times[0] - times[early], times, 2 * times[-1] - times[late]))
    mirrored = np.concatenate((2 * curve[0] - curve[early], curve, 2 * curve[-1] - curve[late]))
    total = np.zeros(len(times))
    for offset, weight in zip(offsets_ms.tolist(), weights.tolist(), strict=True):
        total += weight * np.interp(times + offset, longer, mirrored)
    return total


def moving_range(at_ms: Ints, values: ArrayLike, window_ms: float) -> tuple[Floats, Floats]:
    """Lowest and highest value of the curve in a window about each action (A,), (A,).

    Args:
        at_ms: Times of the actions (A,), strictly increasing (ms).
        values: The curve at the actions (A,).
        window_ms: Width of the window, half of it on each side; at the ends it is cut (ms).
    """
    times, curve = at_ms.astype(np.float64), np.asarray(values, np.float64)
    if not len(times):
        return curve, curve
    begin, end = times - window_ms / 2, times + window_ms / 2
    first, last = np.searchsorted(times, begin), np.searchsorted(times, end, side="right") - 1
    # Between actions the curve is straight, so its extremes lie at actions or at the window's edges.
    edges = np.interp(begin, times, curve), np.interp(end, times, curve)
    low = np.minimum(-_highest(-curve, first, last), np.minimum(*edges))
    high = np.maximum(_highest(curve, first, last), np.maximum(*edges))
    return low, high


def _highest(values: Floats, first: NDArray[np.intp], last: NDArray[np.intp]) -> Floats:
    """Highest of values[first..last] for each pair, by a table of the highest of 1, 2, 4, 8, ... values."""
    level = np.log2(last - first + 1).astype(np.int64)
    table = [values]
    for half in (1 << np.arange(level.max())).tolist():
        longer = table[-1].copy()
        np.maximum(table[-1][:-half], table[-1][half:], out=longer[:-half])
        table.append(longer)
    stacked = np.stack(table)
    highest: Floats = np.maximum(stacked[level, first], stacked[level, last - (1 << level) + 1])
    return highest


def moving_mean(at_ms: Ints, values: ArrayLike, window_ms: float) -> Floats:
    """Mean over time of the curve in a window about each action (A,).

    The curve is integrated from action to action, so that dense actions weigh no more than sparse ones.

    Args:
        at_ms: Times of the actions (A,), strictly increasing (ms).
        values: The curve at the actions (A,).
        window_ms: Width of the window, half of it on each side, more than 0; at the ends it is cut (ms).
    """
    times, curve = at_ms.astype(np.float64), np.asarray(values, np.float64)
    if len(times) < 2:
        return curve.copy()
    begin = np.maximum(times - window_ms / 2, times[0])
    end = np.minimum(times + window_ms / 2, times[-1])
    area = np.concatenate(([0.0], np.cumsum(np.diff(times) * (curve[1:] + curve[:-1]) / 2)))
    mean: Floats = (_area_until(end, times, curve, area) - _area_until(begin, times, curve, area)) / (
        end - begin
    )
    return mean


def _area_until(asked: Floats, times: Floats, curve: Floats, area: Floats) -> Floats:
    """Integral of the curve from the first action to each time asked for."""
    before = np.clip(np.searchsorted(times, asked, side="right") - 1, 0, len(times) - 2)
    run = asked - times[before]
    slope = (curve[before + 1] - curve[before]) / (times[before + 1] - times[before])
    until: Floats = area[before] + run * (curve[before] + slope * run / 2)
    return until
