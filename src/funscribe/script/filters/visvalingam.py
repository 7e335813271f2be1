"""Leaves out the actions that matter least."""

from __future__ import annotations

import heapq
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
    before, after = list(range(-1, len(at) - 1)), list(range(1, len(at) + 1))
    doubled = [0] * len(at)
    gone = [False] * len(at)

    def measure(i: int) -> int:
        a, b = before[i], after[i]
        twice: int = abs((at[i] - at[a]) * (pos[b] - pos[a]) - (at[b] - at[a]) * (pos[i] - pos[a]))
        return twice

    heap = []
    for i in range(1, len(at) - 1):
        doubled[i] = measure(i)
        if not fixed[i] and doubled[i] < least:
            heap.append((doubled[i], i))
    heapq.heapify(heap)
    while heap:
        size, i = heapq.heappop(heap)
        if gone[i] or size != doubled[i]:
            continue
        gone[i] = True
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for j in (a, b):
            if not fixed[j]:
                doubled[j] = measure(j)
                if doubled[j] < least:
                    heapq.heappush(heap, (doubled[j], j))
    return [i for i in range(len(at)) if not gone[i]]


FILTER = Filter(visvalingam, VisvalingamOptions)
