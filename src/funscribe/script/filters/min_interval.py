"""Leaves time between actions."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import TURN_DEPTH, Filter, FilterOptions, with_actions
from funscribe.script.limits import space_out
from funscribe.script.turning_points import rank_samples


class MinIntervalOptions(FilterOptions, frozen=True, kw_only=True):
    """How much time."""

    interval_ms: Annotated[
        int, msgspec.Meta(ge=1, le=1000, description="least time between two actions (ms)")
    ] = 60


def min_interval(script: Script, options: MinIntervalOptions) -> Script:
    """Leaves at least a given time between all neighbours, exactly (ms).

    Ends of rests and turning points stay where they are, or go if they follow another too soon; the other
    actions are moved along the curve or spread evenly. However long and dense the script is, as many
    actions stay as there is room for.
    """
    rank = rank_samples(script.at_ms, script.pos, TURN_DEPTH)
    times, _ = space_out(script.at_ms, rank, options.interval_ms)
    pos = np.interp(times, script.at_ms, script.pos) if len(script) else script.pos
    return with_actions(script, times, pos)


FILTER = Filter(min_interval, MinIntervalOptions)
