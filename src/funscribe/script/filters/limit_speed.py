"""Makes a script no faster than a device."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import (
    TURN_DEPTH,
    Filter,
    FilterOptions,
    only,
    with_actions,
    with_positions,
)
from funscribe.script.limits import limit_speed as lower_depth
from funscribe.script.turning_points import Rank, rank_samples

# A stroke that is too fast is left out together with what follows, up to one that goes the same way; after
# this many times what it would have needed, any is taken.
PATIENCE = 3


class LimitSpeedOptions(FilterOptions, frozen=True, kw_only=True):
    """The limit, and what is given up for it."""

    max_speed: Annotated[
        float, msgspec.Meta(ge=1, le=10_000, description="fastest that is left (units/s)")
    ] = 400.0
    by: Annotated[
        Literal["depth", "strokes", "time"],
        msgspec.Meta(description="what is given up: depth, the number of strokes, or the times (choice)"),
    ] = "depth"


def limit_speed(script: Script, options: LimitSpeedOptions) -> Script:
    """Makes the script no faster than a limit, exactly, between all neighbours.

    By depth: times stay, strokes that are too fast lose as much at the top as at the bottom. By strokes:
    depth stays, fewer strokes are made. By time: all stays but the time, which gets longer from there on, so
    that the script no longer fits its video, nor do its chapters and bookmarks.
    """
    if options.by == "time":
        return _longer(script, options.max_speed)
    if options.by == "strokes":
        script = _fewer(script, options.max_speed)
    rank = rank_samples(script.at_ms, script.pos, TURN_DEPTH)
    return with_positions(script, lower_depth(script.at_ms, script.pos, rank, options.max_speed))


def too_fast(way: NDArray[np.int64], time_ms: NDArray[np.int64], max_speed: float) -> NDArray[np.bool_]:
    """Whether ways (units) in times (ms) are faster than a limit (units/s), without rounding."""
    fast: NDArray[np.bool_] = np.abs(way) * 1000 > max_speed * time_ms
    return fast


def _longer(script: Script, max_speed: float) -> Script:
    way, time_ms = np.abs(np.diff(script.pos)), np.diff(script.at_ms)
    needed = np.ceil(way * 1000 / max_speed).astype(np.int64)
    needed += too_fast(way, needed, max_speed)
    times = script.at_ms[:1] + np.concatenate(([0], np.cumsum(np.maximum(time_ms, needed))))
    return with_actions(script, times[: len(script)], script.pos)


def _fewer(script: Script, max_speed: float) -> Script:
    """The script without strokes for which there is no time; the shape of the others stays."""
    rank = rank_samples(script.at_ms, script.pos, TURN_DEPTH)
    firm = np.flatnonzero(rank > Rank.SHAPE)
    taken = _reached(
        script.at_ms[firm].tolist(), script.pos[firm].tolist(), (rank[firm] == Rank.REST).tolist(), max_speed
    )
    keep = rank == Rank.SHAPE
    for here, there in pairwise(taken):
        if there > here + 1:
            keep[firm[here] : firm[there]] = False
    if taken:
        keep[firm[taken[-1]] :] = False
        keep[firm[taken]] = True
    return only(script, keep)


def _reached(at: list[int], pos: list[int], rests: list[bool], max_speed: float) -> list[int]:
    """Turning points that can be reached one from the other, from left to right."""
    taken = [0] if at else []
    missed = 0
    for index in range(1, len(at)):
        here = taken[-1]
        way, time_ms = pos[index] - pos[here], at[index] - at[here]
        if missed and time_ms * max_speed > PATIENCE * 1000 * abs(missed):
            missed = 0
        if abs(way) * 1000 > max_speed * time_ms:
            missed = missed or way
        elif rests[index] or way * missed > 0 or not missed:
            taken.append(index)
            missed = 0
    return taken


FILTER = Filter(limit_speed, LimitSpeedOptions, idempotent=True, keeps_span=False)
