"""Puts a pattern into a script."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_actions

MOST_ACTIONS = 1_000_000
Ints = NDArray[np.int64]


class PasteOptions(FilterOptions, frozen=True, kw_only=True):
    """What is pasted, where and how often."""

    pattern: Annotated[
        tuple[tuple[int, int], ...],
        msgspec.Meta(max_length=10_000, description="[[TIME, POSITION], ...] of its actions (ms, units)"),
    ] = ()
    at_s: Annotated[
        float, msgspec.Meta(ge=0, le=604_800, description="where time 0 of the pattern comes to lie (s)")
    ] = 0.0
    times: Annotated[int, msgspec.Meta(ge=1, le=10_000, description="how often in a row (number)")] = 1

    def __post_init__(self) -> None:
        at = [time for time, _ in self.pattern]
        if any(b <= a for a, b in pairwise(at)) or (at and not 0 <= at[0] <= at[-1] <= 86_400_000):
            raise ValueError("the times of the pattern must increase from 0 ms or later, within a day")
        if any(not 0 <= pos <= 100 for _, pos in self.pattern):
            raise ValueError("the positions of the pattern must lie in 0..100")


def paste(script: Script, options: PasteOptions) -> Script:
    """Puts a pattern into the script, in the place of what is there; it may go on after the last action.

    Repeated, the last action of one and the first of the next come together, and the later one goes; so a
    pattern should end as it begins. Nothing is done about the speed at its two ends.
    """
    if not options.pattern:
        return script
    at_ms, pos = np.array(options.pattern, dtype=np.int64).T
    times, positions = copies(
        at_ms + round(options.at_s * 1000), pos, int(at_ms[-1] - at_ms[0]), options.times
    )
    free = (script.at_ms < times.min()) | (script.at_ms > times.max())
    return with_actions(script, np.append(times, script.at_ms[free]), np.append(positions, script.pos[free]))


def copies(at_ms: Ints, pos: Ints, period_ms: int, times: int) -> tuple[Ints, Ints]:
    """Times (N · times,) and positions of a pattern some times in a row, in the order of the copies.

    Args:
        at_ms: Times of the pattern (N,), increasing (ms).
        pos: Its positions (N,).
        period_ms: Time from one copy to the next (ms).
        times: How often.

    Raises:
        FilterInvalid: There would be more than a million actions.
    """
    if len(at_ms) * times > MOST_ACTIONS:
        raise FilterInvalid(
            f"repeated, the pattern has {len(at_ms) * times} actions; at most {MOST_ACTIONS} are made"
        )
    return (at_ms + period_ms * np.arange(times)[:, np.newaxis]).ravel(), np.tile(pos, times)


FILTER = Filter(paste, PasteOptions, idempotent=True, keeps_span=False)
