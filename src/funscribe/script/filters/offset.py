"""Moves a script in time."""

from __future__ import annotations

from typing import Annotated

import msgspec

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_actions


class OffsetOptions(FilterOptions, frozen=True, kw_only=True):
    """By how much."""

    by_s: Annotated[
        float, msgspec.Meta(ge=-3600, le=3600, description="how much later, less than 0 is earlier (s)")
    ] = 0.0


def offset(script: Script, options: OffsetOptions) -> Script:
    """Moves all actions in time by a constant; those that would come before 0 are left out.

    The time is rounded to whole milliseconds. Chapters and bookmarks are about the video and stay.
    """
    return with_actions(script, script.at_ms + round(options.by_s * 1000), script.pos)


FILTER = Filter(offset, OffsetOptions, keeps_span=False)
