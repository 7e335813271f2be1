"""Zig-zag extrema of a curve: the places where it really turns, small wiggles left out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Turns(NamedTuple):
    """Turning points of a curve, each a flat top or bottom of one or more samples.

    Attributes:
        first: Index of the first sample of each turn (K,), int64.
        last: Index of the last sample of each turn (K,), int64; equal to `first` where it is not flat.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]


def turns(values: ArrayLike, depth: float) -> Turns:
    """Zig-zag extrema: samples from which the curve moves at least `depth` away on both sides.

    Tops and bottoms alternate. The two ends of the curve are no turns. NaN breaks the curve: each run of
    finite samples is a curve of its own.

    Args:
        values: The curve (T,).
        depth: Least difference between neighbouring extrema, in the units of `values`, more than 0.

    Raises:
        ValueError: If `values` is not one-dimensional or `depth` is not a positive number.
    """
    curve = np.asarray(values, dtype=np.float64)
    if curve.ndim != 1:
        raise ValueError(f"a curve must have the shape (*), not {curve.shape}")
    if not depth > 0:
        raise ValueError(f"depth must be more than 0, not {depth}")
    found = [_turns_of_run(curve, start, stop, depth) for start, stop in runs(np.isfinite(curve))]
    if not found:
        return Turns(np.empty(0, np.int64), np.empty(0, np.int64))
    return Turns(np.concatenate([f.first for f in found]), np.concatenate([f.last for f in found]))


def runs(flags: NDArray[Any]) -> list[tuple[int, int]]:
    """Half-open index ranges [start, stop) in which `flags` (T,) is true."""
    edges = np.diff(np.concatenate(([False], flags, [False])).astype(np.int8))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _turns_of_run(curve: NDArray[np.float64], start: int, stop: int, depth: float) -> Turns:
    values = curve[start:stop]
    # Equal neighbours become one flat, then only flats at which the direction changes are candidates: the
    # loop below runs over those alone.
    begins = np.concatenate(([0], np.flatnonzero(np.diff(values)) + 1))
    ends = np.concatenate((begins[1:] - 1, [len(values) - 1]))
    rising = np.diff(values[begins]) > 0
    bent = np.flatnonzero(rising[1:] != rising[:-1]) + 1
    keep = np.concatenate(([0], bent, [len(begins) - 1]))
    chosen = keep[_pivots(values[begins[keep]].tolist(), depth)]
    return Turns((begins[chosen] + start).astype(np.int64), (ends[chosen] + start).astype(np.int64))


def _pivots(levels: list[float], depth: float) -> list[int]:
    """Indices of the extrema confirmed on both sides; hysteresis of `depth` over alternating levels."""
    high = low = 0
    direction = 0
    pivots: list[int] = []
    for index, level in enumerate(levels):
        if direction >= 0:
            if level > levels[high]:
                high = index
            elif levels[high] - level >= depth:
                pivots.append(high)
                direction, low = -1, index
                continue
        if direction <= 0:
            if level < levels[low]:
                low = index
            elif level - levels[low] >= depth:
                pivots.append(low)
                direction, high = 1, index
    # The first one has no leg of `depth` before it: had it one, another would have been confirmed before.
    return pivots[1:]
