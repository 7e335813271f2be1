"""Where one shot ends and the next begins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from funscribe.records import Array


def split_shots(cut: Array, threshold: float) -> list[slice]:
    """Return the shots of a clip: a frame whose cut score (T,) is over the threshold begins a new one.

    Two frames in a row do not: a single odd picture, such as a flash, differs from both its neighbours.
    """
    odd = flashes(cut, threshold)
    starts = np.flatnonzero((np.asarray(cut) > threshold) & ~odd)
    edges = [0, *(int(s) for s in starts if 0 < s < len(cut)), len(cut)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


def flashes(cut: Array, threshold: float) -> Array:
    """Return which frames (T,) are a single odd picture or follow one: their field means nothing."""
    high = np.asarray(cut) > threshold
    odd = np.zeros(len(high), np.bool_)
    odd[1:] |= high[1:] & high[:-1]
    odd[:-1] |= high[1:] & high[:-1]
    return odd


def bridge(rows: Array, odd: Array) -> None:
    """Replace in place the rows (T, D) that are odd (T,) by those between which they lie."""
    good = np.flatnonzero(~odd)
    for k in np.flatnonzero(odd):
        after = int(np.searchsorted(good, k))
        near = good[max(0, after - 1) : after + 1]
        if len(near):
            rows[k] = rows[near].mean(0)
