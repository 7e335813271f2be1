"""The samples of a curve that a script must keep: where it turns, and where it begins and ends to rest."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from funscribe import zigzag

REST_AT_LEAST_MS = 500


class Rank(IntEnum):
    """How much a sample matters: limits move and drop the lower ranks first."""

    SHAPE = 0
    TURN = 1
    REST = 2


def rank_samples(at_ms: NDArray[np.int64], values: NDArray[np.float64], depth: float) -> NDArray[np.int64]:
    """The `Rank` of each sample of a curve (T,), int64.

    The ends of a rest (a stretch of at least 500 ms in which the rounded position stays the same) rank
    highest, then the turning points (zig-zag extrema at least `depth` apart, both ends of a flat one) and the
    two ends of the curve, then all others.

    Args:
        at_ms: Times (T,), strictly increasing (ms).
        values: The curve (T,) (units).
        depth: Least difference between neighbouring turning points (units).
    """
    rank = np.full(len(values), Rank.SHAPE, dtype=np.int64)
    if not len(values):
        return rank
    found = zigzag.turns(values, depth)
    rank[[0, -1]] = Rank.TURN
    rank[found.first] = rank[found.last] = Rank.TURN
    pos = np.rint(values)
    begins = np.concatenate(([0], np.flatnonzero(np.diff(pos)) + 1))
    ends = np.concatenate((begins[1:] - 1, [len(pos) - 1]))
    long = at_ms[ends] - at_ms[begins] >= REST_AT_LEAST_MS
    rank[begins[long]] = rank[ends[long]] = Rank.REST
    return rank
