"""Repeats a passage of a script."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_actions
from funscribe.script.filters.paste import copies


class RepeatOptions(FilterOptions, frozen=True, kw_only=True):
    """Which passage, and how far."""

    start_s: Annotated[float, msgspec.Meta(ge=0, le=604_800, description="where the passage begins (s)")] = (
        0.0
    )
    end_s: Annotated[float, msgspec.Meta(ge=0, le=604_800, description="where it ends (s)")] = 1.0
    until_s: Annotated[
        float, msgspec.Meta(ge=0, le=604_800, description="how far it is repeated from its end (s)")
    ] = 0.0

    def __post_init__(self) -> None:
        if self.end_s - self.start_s < 0.1:
            raise ValueError(f"the passage must last at least 0.1 s, not {self.start_s:g}-{self.end_s:g} s")


def repeat(script: Script, options: RepeatOptions) -> Script:
    """Repeats a passage from its end on, in the place of what is there; the last repetition may be cut.

    Actions of the passage come again after its length, once or more often. Nothing is done about the speed
    where one repetition follows the other: choose a passage that ends as it begins.

    Raises:
        FilterInvalid: There would be more than a million actions.
    """
    start, end, until = (round(t * 1000) for t in (options.start_s, options.end_s, options.until_s))
    inside = (script.at_ms >= start) & (script.at_ms <= end)
    if until <= end or not inside.any():
        return script
    length = end - start
    number = -(-(until - end) // length)
    at_ms, pos = copies(script.at_ms[inside] + length, script.pos[inside], length, number)
    fits, free = at_ms <= until, (script.at_ms <= end) | (script.at_ms > until)
    return with_actions(
        script, np.append(script.at_ms[free], at_ms[fits]), np.append(script.pos[free], pos[fits])
    )


FILTER = Filter(repeat, RepeatOptions, idempotent=True, keeps_span=False)
