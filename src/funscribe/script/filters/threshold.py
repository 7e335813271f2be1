"""Sends low and high positions to the ends."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions


class ThresholdOptions(FilterOptions, frozen=True, kw_only=True):
    """Which positions go to the ends."""

    low: Annotated[int, msgspec.Meta(ge=0, le=100, description="what lies below goes to 0 (units)")] = 20
    high: Annotated[int, msgspec.Meta(ge=0, le=100, description="what lies above goes to 100 (units)")] = 80

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low must be at most high, not {self.low} and {self.high} units")


def threshold(script: Script, options: ThresholdOptions) -> Script:
    """Sends positions below low to 0 and above high to 100; what lies between stays (units)."""
    pos = np.where(script.pos < options.low, 0, script.pos)
    return with_positions(script, np.where(script.pos > options.high, 100, pos))


FILTER = Filter(threshold, ThresholdOptions, idempotent=True)
