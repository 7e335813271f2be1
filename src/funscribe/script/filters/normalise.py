"""Stretches the positions of a script to a range."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions


class NormaliseOptions(FilterOptions, frozen=True, kw_only=True):
    """The range, and what counts as the ends of the script."""

    low: Annotated[int, msgspec.Meta(ge=0, le=100, description="where the lowest comes to lie (units)")] = 0
    high: Annotated[int, msgspec.Meta(ge=0, le=100, description="where the highest comes to lie (units)")] = (
        100
    )
    trim: Annotated[
        float, msgspec.Meta(ge=0, le=25, description="share of actions that are cut at either end (%)")
    ] = 0.0

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ValueError(f"low must be less than high, not {self.low} and {self.high} units")


def normalise(script: Script, options: NormaliseOptions) -> Script:
    """Stretches lowest..highest position of the script to low..high, linearly (units).

    With a trim the lowest and highest actions do not count, and are cut. A script that stays on one
    position, or whose actions all do but those trimmed, is left as it is.
    """
    if not len(script):
        return script
    # A percentile that is one of the positions moves with them, so a second run finds low and high.
    ends = np.percentile(script.pos, (options.trim, 100 - options.trim), method="inverted_cdf")
    least, most = float(ends[0]), float(ends[1])
    if least == most:
        return script
    stretched = options.low + (script.pos - least) / (most - least) * (options.high - options.low)
    return with_positions(script, np.clip(stretched, options.low, options.high))


FILTER = Filter(normalise, NormaliseOptions, idempotent=True)
