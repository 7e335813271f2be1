"""Leaves out the actions that matter least."""

from __future__ import annotations

import heapq
import math
from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import TURN_DEPTH, Filter, FilterOptions, only
from funscribe.script.turning_points import Rank, rank_samples


class VisvalingamOptions(FilterOptions, frozen=True, kw_only=True):
    """What matters."""

    area: Annotated[
        float,
        msgspec.Meta(ge=0, le=1000, description="actions of a smaller triangle are left out (units·s)"),
    ] = 0.2
    keep_turns: Annotated[
        bool, msgspec.Meta(description="keep all turning points and ends of rests (yes or no)")
    ] = True


def visvalingam(script: Script, options: VisvalingamOptions) -> Script:
    """Leaves out actions one by one, always the one whose triangle with its neighbours is smallest.

    It ends when all triangles have the area asked for. That is how much the area under the curve changes,
    so what is short may go even if it is high (Visvalingam and Whyatt, "Line generalisation by repeated
    elimination of points", Cartographic Journal 30, 1993).
    """
    if len(script) < 3:
        return script
    fixed = np.zeros(len(script), np.bool_)
    if options.keep_turns:
        fixed = rank_samples(script.at_ms, script.pos, TURN_DEPTH) > Rank.SHAPE
    fixed[[0, -1]] = True
    return only(script, _eliminate(script, fixed.tolist(), 2000 * options.area))


def _eliminate(script: Script, fixed: list[bool], least: float) -> list[int]:
    """Indices of what is left when all triangles have at least twice the area (units·ms)."""
    at, pos = script.at_ms.tolist(), script.pos.tolist()
    count = len(at)
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    # Size and index in one number, which compares faster than a pair; fixed ones never come.
    keys = [-1] * count
    for i in range(1, count - 1):
        if not fixed[i]:
            keys[i] = _doubled(at, pos, i - 1, i, i + 1) * count + i
    limit = math.ceil(least) * count
    heap = [key for key in keys if 0 <= key < limit]
    heapq.heapify(heap)
    gone = [False] * count
    while heap:
        key = heapq.heappop(heap)
        i = key % count
        if gone[i] or key != keys[i]:
            continue
        gone[i] = True
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for j in (a, b):
            if not fixed[j]:
                keys[j] = key = _doubled(at, pos, before[j], j, after[j]) * count + j
                if key < limit:
                    heapq.heappush(heap, key)
    return [i for i in range(count) if not gone[i]]


def _doubled(at: list[int], pos: list[int], a: int, b: int, c: int) -> int:
    """Twice the area of a triangle (units·ms)."""
    return abs((at[b] - at[a]) * (pos[c] - pos[a]) - (at[c] - at[a]) * (pos[b] - pos[a]))


FILTER = Filter(visvalingam, VisvalingamOptions)
