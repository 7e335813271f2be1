"""Brings all tops to one height, and all bottoms."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions
from funscribe.zigzag import turns


class AlignPeaksOptions(FilterOptions, frozen=True, kw_only=True):
    """Which heights, and what turns."""

    which: Annotated[
        Literal["both", "tops", "bottoms"], msgspec.Meta(description="what is aligned (choice)")
    ] = "both"
    to: Annotated[
        Literal["farthest", "median"],
        msgspec.Meta(description="height aimed at: of the farthest of them, or of most (choice)"),
    ] = "farthest"
    depth: Annotated[
        float, msgspec.Meta(ge=1, le=100, description="what is shallower does not turn (units)")
    ] = 10.0


def align_peaks(script: Script, options: AlignPeaksOptions) -> Script:
    """Brings all tops to one height and all bottoms to another; what lies between moves along.

    Between two turning points the move changes evenly with time, so there are no steps; before the first
    and after the last one it stays the same. Times stay.
    """
    found = turns(script.pos, options.depth)
    level = script.pos[found.first].astype(np.float64)
    if len(level) < 2:
        return script
    top = np.diff(level, prepend=level[1]) > 0
    high, low = level[top], level[~top]
    aims = (high.max(), low.min()) if options.to == "farthest" else (np.median(high), np.median(low))
    aim = np.where(top, aims[0], aims[1])
    held = top if options.which == "bottoms" else ~top if options.which == "tops" else np.zeros_like(top)
    aim = np.where(held, level, aim)
    # Both ends of a flat one move alike.
    ends = np.stack((found.first, found.last), axis=1).ravel()
    moved = script.pos + np.interp(script.at_ms, script.at_ms[ends], np.repeat(aim - level, 2))
    leg = np.searchsorted(found.first, np.arange(len(script)), side="right")
    inner = (leg > 0) & (leg < len(level))
    here, there = aim[leg[inner] - 1], aim[leg[inner]]
    moved[inner] = np.clip(moved[inner], np.minimum(here, there), np.maximum(here, there))
    return with_positions(script, moved)


FILTER = Filter(align_peaks, AlignPeaksOptions)
