"""Makes motion larger or smaller about a centre."""

from __future__ import annotations

from typing import Annotated

import msgspec

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions


class AmplifyOptions(FilterOptions, frozen=True, kw_only=True):
    """How much, and about which position."""

    factor: Annotated[
        float, msgspec.Meta(ge=0, le=10, description="depth afterwards by depth before (ratio)")
    ] = 1.25
    centre: Annotated[float, msgspec.Meta(ge=0, le=100, description="the position that stays (units)")] = 50.0


def amplify(script: Script, options: AmplifyOptions) -> Script:
    """Makes motion larger or smaller about a centre: centre + (position - centre) · factor, cut (units)."""
    return with_positions(script, options.centre + (script.pos - options.centre) * options.factor)


FILTER = Filter(amplify, AmplifyOptions)
