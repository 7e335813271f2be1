"""Draws the whole range of positions together."""

from __future__ import annotations

from typing import Annotated

import msgspec

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions


class ScaleOptions(FilterOptions, frozen=True, kw_only=True):
    """Where 0 and 100 come to lie."""

    low: Annotated[int, msgspec.Meta(ge=0, le=100, description="where position 0 comes to lie (units)")] = 0
    high: Annotated[
        int, msgspec.Meta(ge=0, le=100, description="where position 100 comes to lie (units)")
    ] = 100

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low must be at most high, not {self.low} and {self.high} units")


def scale(script: Script, options: ScaleOptions) -> Script:
    """Draws the range of positions 0..100 together to low..high, linearly (units)."""
    return with_positions(script, options.low + script.pos * (options.high - options.low) / 100)


FILTER = Filter(scale, ScaleOptions)
