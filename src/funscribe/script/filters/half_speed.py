"""Makes half as many strokes."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_actions
from funscribe.script.rests import passages
from funscribe.zigzag import turns


class HalfSpeedOptions(FilterOptions, frozen=True, kw_only=True):
    """What is a stroke, and what is a rest."""

    depth: Annotated[
        float, msgspec.Meta(ge=1, le=100, description="what is shallower is no stroke (units)")
    ] = 10.0
    rest_s: Annotated[
        float, msgspec.Meta(ge=0.1, le=60, description="shortest rest, before which strokes end (s)")
    ] = 2.0


def half_speed(script: Script, options: HalfSpeedOptions) -> Script:
    """Makes one stroke of every two, in the same time and as deep as the deeper of them.

    Every other turning point keeps its time; strokes become straight. Each passage between two rests begins
    and ends where it did.
    """
    # What is in no passage is a rest; the actions in it stay.
    still = np.ones(len(script), np.bool_)
    times: list[int] = []
    positions: list[int] = []
    for first, last in passages(script, options.rest_s * 1000):
        still[first : last + 1] = False
        index, levels = _halved(script.pos[first : last + 1], options.depth)
        times += script.at_ms[np.array([0, *index, last - first]) + first].tolist()
        positions += [int(script.pos[first]), *levels, int(script.pos[last])]
    times += script.at_ms[still].tolist()
    positions += script.pos[still].tolist()
    return with_actions(script, times, positions)


def _halved(pos: NDArray[np.int64], depth: float) -> tuple[list[int], list[int]]:
    """Index and position of the turning points that are left."""
    at = turns(pos, depth).first.tolist()
    level = [int(pos[index]) for index in at]
    index, levels = [], []
    for turn in range(0, len(at), 2):
        if turn % 4 == 0:
            levels.append(level[turn])
        elif turn + 1 < len(at):
            # Here a bottom becomes a top, or a top a bottom: of the two beside it the farther one.
            beside = level[turn - 1], level[turn + 1]
            levels.append(max(beside) if beside[0] > level[turn] else min(beside))
        else:
            break  # before the end there is no time for another way
        index.append(at[turn])
    return index, levels


FILTER = Filter(half_speed, HalfSpeedOptions)
