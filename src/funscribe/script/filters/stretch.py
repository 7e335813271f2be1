"""Makes a script longer or shorter in time."""

from __future__ import annotations

from typing import Annotated

import msgspec

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_actions


class StretchOptions(FilterOptions, frozen=True, kw_only=True):
    """By how much, and what stays in its place."""

    factor: Annotated[
        float, msgspec.Meta(ge=0.1, le=10, description="length afterwards by length before (ratio)")
    ] = 1.0
    about_s: Annotated[float, msgspec.Meta(ge=0, le=604_800, description="the time that stays (s)")] = 0.0


def stretch(script: Script, options: StretchOptions) -> Script:
    """Stretches time about one moment: about + (t - about) · factor, rounded to ms.

    It makes a script for another frame rate of the same video fit (25 / 23.976 is 1.0427). Of actions that
    fall on the same millisecond the first stands; what would come before 0 is left out. Chapters and
    bookmarks stay.
    """
    about_ms = options.about_s * 1000
    return with_actions(script, about_ms + (script.at_ms - about_ms) * options.factor, script.pos)


FILTER = Filter(stretch, StretchOptions, keeps_span=False)
