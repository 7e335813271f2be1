"""What a device can do: a script is made to fit its speed and the time it needs between actions."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from funscribe.script.turning_points import Rank

Ints = NDArray[np.int64]

# Positions are whole numbers, so a shape point closer than the time for this many units at full speed would
# cost speed by rounding and show nothing.
LEAST_STEP = 8.0


def space_out(at_ms: Ints, rank: Ints, min_interval_ms: int, max_speed: float = 0.0) -> tuple[Ints, Ints]:
    """Times and ranks (K,) of the actions that are left so that none follows another too soon.

    Rests and turning points are chosen first, from left to right, the first action always; they keep their
    times; those that lie too close to another are shape points from then on. The shape points between two
    of them are pushed apart, or, if there is no room for all, as many as fit are spread evenly: leaving out
    every other one would cut the shape on one side only.

    Args:
        at_ms: Times (A,), strictly increasing (ms).
        rank: `Rank` of each action (A,).
        min_interval_ms: Least time between two actions, 0 for no limit (ms).
        max_speed: Greatest speed, 0 for no limit (units/s): at a low one, shape points keep a wider distance.
    """
    wide_ms = max(min_interval_ms, math.ceil(LEAST_STEP * 1000 / max_speed) if max_speed else 0)
    if not len(at_ms) or wide_ms <= 1:
        return at_ms, rank
    firm = _firm(at_ms, rank, min_interval_ms)
    all_times = at_ms.tolist()
    times, ranks = [all_times[0]], [int(rank[0])]
    for first, last in pairwise(firm):
        shape = _spaced(all_times[first], all_times[first + 1 : last], all_times[last], wide_ms)
        times += [*shape, all_times[last]]
        ranks += [*[int(Rank.SHAPE)] * len(shape), int(rank[last])]
    return np.array(times, dtype=np.int64), np.array(ranks, dtype=np.int64)


def _firm(at_ms: Ints, rank: Ints, min_interval_ms: int) -> list[int]:
    """Indices of the actions that are kept as they are."""
    times, ranks = at_ms.tolist(), rank.tolist()
    firm = [0]
    for index in np.flatnonzero(rank > Rank.SHAPE).tolist():
        if times[index] - times[firm[-1]] >= max(1, min_interval_ms):
            firm.append(index)
        elif ranks[index] > ranks[firm[-1]] and len(firm) > 1:
            # What it replaces lay closer to the one before, so the distance to that still holds.
            firm[-1] = index
    return firm


def _spaced(begin: int, times: list[int], end: int, wide_ms: int) -> list[int]:
    """Times between `begin` and `end`, all at least `wide_ms` apart, at most as many as `times`."""
    room = max(0, (end - begin) // wide_ms - 1)
    if len(times) > room:
        return [begin + (end - begin) * i // (room + 1) for i in range(1, room + 1)]
    later: list[int] = []
    for time in times:
        begin = max(time, begin + wide_ms)
        later.append(begin)
    for i in range(len(later) - 1, -1, -1):
        end = later[i] = min(later[i], end - wide_ms)
    return later


def limit_speed(at_ms: Ints, pos: Ints, rank: Ints, max_speed: float) -> Ints:
    """Positions (A,), int64, of which no neighbours are faster than `max_speed`, exactly.

    Depth is given up, times are kept. Rank by rank, from the highest: each action is first drawn into the
    reach of those that already stand, then all of the rank are moved to the middle between the highest
    and the lowest curve that the speed allows through them, which is the least greatest change. So a rest
    stays where it is, strokes that are too fast lose as much at the top as at the bottom, and a stroke that
    is possible keeps its depth even where its shape is too steep.

    Args:
        at_ms: Times (A,), strictly increasing (ms).
        pos: Positions (A,), 0..100.
        rank: `Rank` of each action (A,).
        max_speed: Greatest |difference of positions| ÷ time between neighbours (units/s).
    """
    if not len(at_ms):
        return pos
    time_ms = np.diff(at_ms)
    step = np.floor(max_speed * time_ms / 1000).astype(np.int64)
    step -= step * 1000 > max_speed * time_ms  # the division may have rounded up
    # Farther than the whole range is no limit; cutting it off keeps the sums small.
    reach = np.concatenate(([0], np.cumsum(np.minimum(step, 100))))
    placed = pos.copy()
    standing = np.zeros(len(pos), np.bool_)
    for least in sorted(set(rank.tolist()), reverse=True):
        if standing.any():
            placed = np.clip(placed, *_reachable(placed, standing, reach))
        standing = rank >= least
        low, high = _reachable(placed, standing, reach)
        # Both are whole numbers that change by at most 2 steps together, so half of their sum, rounded
        # down, changes by at most one step.
        placed = np.where(standing, (low + high) // 2, placed)
    return placed


def _reachable(pos: Ints, standing: NDArray[np.bool_], reach: Ints) -> tuple[Ints, Ints]:
    """The highest lower bound and the lowest upper bound that the standing actions set to each (A,)."""
    far = np.int64(2) * (reach[-1] + 101)
    low = _highest(np.where(standing, pos, -far), reach)
    high = -_highest(np.where(standing, -pos, -far), reach)
    return low, high


def _highest(pos: Ints, reach: Ints) -> Ints:
    """Highest of pos[j] - |reach[i] - reach[j]| over all j, for each i (A,)."""
    before = np.maximum.accumulate(pos + reach) - reach
    after = np.maximum.accumulate((pos - reach)[::-1])[::-1] + reach
    return np.maximum(before, after)
