"""Cuts positions off at two bounds."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions


class ClampOptions(FilterOptions, frozen=True, kw_only=True):
    """The bounds."""

    low: Annotated[int, msgspec.Meta(ge=0, le=100, description="lowest position that is left (units)")] = 0
    high: Annotated[int, msgspec.Meta(ge=0, le=100, description="highest position that is left (units)")] = (
        100
    )

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low must be at most high, not {self.low} and {self.high} units")


def clamp(script: Script, options: ClampOptions) -> Script:
    """Cuts positions off below low and above high; what lies between stays (units)."""
    return with_positions(script, np.clip(script.pos, options.low, options.high))


FILTER = Filter(clamp, ClampOptions, idempotent=True)
