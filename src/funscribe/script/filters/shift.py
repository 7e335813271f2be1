"""Moves a script up or down."""

from __future__ import annotations

from typing import Annotated

import msgspec

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions


class ShiftOptions(FilterOptions, frozen=True, kw_only=True):
    """By how much."""

    by: Annotated[
        int, msgspec.Meta(ge=-100, le=100, description="how much higher, less than 0 is lower (units)")
    ] = 0


def shift(script: Script, options: ShiftOptions) -> Script:
    """Moves all positions by a constant; what leaves 0..100 is cut (units)."""
    return with_positions(script, script.pos + options.by)


FILTER = Filter(shift, ShiftOptions)
