"""Moves turning points onto beats."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_actions
from funscribe.zigzag import turns

Ints = NDArray[np.int64]


class SnapOptions(FilterOptions, frozen=True, kw_only=True):
    """Where the beats are, and how far they reach."""

    beats_s: Annotated[
        tuple[float, ...],
        msgspec.Meta(max_length=1_000_000, description="times of the beats in a list, [0.5, 1, ...] (s)"),
    ] = ()
    bpm: Annotated[
        float, msgspec.Meta(ge=0, le=1000, description="even beats instead, 0 for none (1/min)")
    ] = 0.0
    first_s: Annotated[
        float, msgspec.Meta(ge=-3600, le=604_800, description="time of one of the even beats (s)")
    ] = 0.0
    within_ms: Annotated[
        int, msgspec.Meta(ge=0, le=2000, description="farthest that a turning point is moved (ms)")
    ] = 100
    depth: Annotated[
        float, msgspec.Meta(ge=1, le=100, description="what is shallower does not turn (units)")
    ] = 10.0

    def __post_init__(self) -> None:
        if not all(0 <= beat <= 604_800 for beat in self.beats_s):
            raise ValueError("beats must lie between 0 and 604800 s")
        if 0 < self.bpm < 1:
            raise ValueError(f"bpm must be 0 or at least 1, not {self.bpm:g}")


def snap(script: Script, options: SnapOptions) -> Script:
    """Moves turning points onto beats that are near; the time between them is stretched evenly.

    Each beat takes the nearest turning point; the others stay, and so do the two ends. Positions stay; of
    actions that would fall on the same millisecond, the turning point is left.
    """
    beats = _beats(script, options)
    turning = turns(script.pos, options.depth).first
    if not len(beats) or not len(turning):
        return script
    at = script.at_ms[turning]
    after = np.clip(np.searchsorted(beats, at), 1, len(beats) - 1) if len(beats) > 1 else np.zeros_like(at)
    before = np.maximum(after - 1, 0)
    beat = np.where(at - beats[before] <= beats[after] - at, before, after)
    away = np.abs(beats[beat] - at)
    order = np.lexsort((away, beat))
    nearest = order[np.diff(beat[order], prepend=-1) > 0]
    caught = np.sort(nearest[away[nearest] <= options.within_ms])
    ends = script.at_ms[0], script.at_ms[-1]
    aims = beats[beat[caught]]
    caught, aims = (values[(aims > ends[0]) & (aims < ends[1])] for values in (caught, aims))
    free = np.setdiff1d(np.arange(len(turning)), caught)
    firm_from = np.concatenate((at[caught], at[free], ends))
    firm_to = np.concatenate((aims, at[free], ends))
    order = np.argsort(firm_from, kind="stable")
    warped = np.interp(script.at_ms, firm_from[order], firm_to[order])
    return with_actions(
        script, np.append(warped[turning], warped), np.append(script.pos[turning], script.pos)
    )


def _beats(script: Script, options: SnapOptions) -> Ints:
    """Times of the beats (B,), increasing (ms)."""
    if len(options.beats_s):
        return np.unique(np.rint(np.array(options.beats_s) * 1000).astype(np.int64))
    if not options.bpm or not len(script):
        return np.empty(0, np.int64)
    period_ms = 60_000 / options.bpm
    # Only the beats beside turning points are needed, but there are never too many of all.
    number = (script.at_ms - options.first_s * 1000) / period_ms
    beside = np.unique(np.concatenate((np.floor(number), np.ceil(number))))
    return np.unique(np.rint(options.first_s * 1000 + beside * period_ms).astype(np.int64))


FILTER = Filter(snap, SnapOptions)
