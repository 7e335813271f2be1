"""Stretches the positions of each passage to a range."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions
from funscribe.script.rests import passages


class FillRangeOptions(FilterOptions, frozen=True, kw_only=True):
    """The range, and what a passage is."""

    low: Annotated[int, msgspec.Meta(ge=0, le=100, description="where the lowest comes to lie (units)")] = 0
    high: Annotated[int, msgspec.Meta(ge=0, le=100, description="where the highest comes to lie (units)")] = (
        100
    )
    rest_s: Annotated[
        float, msgspec.Meta(ge=0.1, le=60, description="shortest rest that ends a passage (s)")
    ] = 2.0
    least_depth: Annotated[
        float, msgspec.Meta(ge=1, le=100, description="a passage that is shallower stays (units)")
    ] = 15.0
    strength: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="share of the way there: 0 none, 1 all (ratio)")
    ] = 1.0

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ValueError(f"low must be less than high, not {self.low} and {self.high} units")


def fill_range(script: Script, options: FillRangeOptions) -> Script:
    """Stretches each passage between two rests to low..high, linearly (units).

    Within a passage all strokes keep their relation, which a moving window would take away. A rest between
    two passages begins where the one ends and ends where the next begins, so nothing jumps.
    """
    pos = script.pos.astype(np.float64)
    for first, last in passages(script, options.rest_s * 1000):
        part = script.pos[first : last + 1]
        least, most = float(part.min()), float(part.max())
        if most - least >= options.least_depth:
            filled = options.low + (part - least) / (most - least) * (options.high - options.low)
            pos[first : last + 1] = part + options.strength * (filled - part)
    return with_positions(script, pos)


FILTER = Filter(fill_range, FillRangeOptions)
