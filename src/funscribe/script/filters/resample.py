"""Puts actions at even distances between the turning points."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import TURN_DEPTH, Filter, FilterOptions, with_actions
from funscribe.script.turning_points import Rank, rank_samples


class ResampleOptions(FilterOptions, frozen=True, kw_only=True):
    """How dense, and what lies between turning points."""

    interval_ms: Annotated[
        int, msgspec.Meta(ge=5, le=5000, description="longest time between two actions that move (ms)")
    ] = 50
    shape: Annotated[
        Literal["own", "cosine"],
        msgspec.Meta(description="the script's own way between turning points, or a half cosine (shape)"),
    ] = "own"


def resample(script: Script, options: ResampleOptions) -> Script:
    """Keeps turning points and ends of rests and puts actions evenly between them.

    So no stroke loses depth, as it would at times chosen without regard to it. Between two of them there
    are at most as many steps as units of way: more would show nothing, and a rest needs none.
    """
    if len(script) < 2:
        return script
    at_ms, pos = script.at_ms, script.pos
    firm = np.flatnonzero(rank_samples(at_ms, pos, TURN_DEPTH) > Rank.SHAPE)
    span = np.diff(at_ms[firm])
    way = np.add.reduceat(np.abs(np.diff(pos)), firm[:-1])
    steps = np.maximum(1, np.minimum(-(-span // options.interval_ms), way))
    leg = np.repeat(np.arange(len(steps)), steps)
    share = (np.arange(len(leg)) - (np.cumsum(steps) - steps)[leg]) / steps[leg]
    times = np.append(np.rint(at_ms[firm][leg] + share * span[leg]), at_ms[-1])
    if options.shape == "own":
        return with_actions(script, times, np.interp(times, at_ms, pos))
    eased = pos[firm][leg] + np.diff(pos[firm])[leg] * (1 - np.cos(np.pi * share)) / 2
    return with_actions(script, times, np.append(eased, pos[-1]))


FILTER = Filter(resample, ResampleOptions)
