"""Makes a script change its speed no harder than a device can."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, only, with_positions

# Rounds in which points are moved before those that still bend too much are left out; and the share of a
# way that is gone in each, so that neighbours which move towards each other do not pass.
ROUNDS = 60
SHARE = 0.5


class LimitAccelerationOptions(FilterOptions, frozen=True, kw_only=True):
    """The limit."""

    max_acceleration: Annotated[
        float, msgspec.Meta(ge=1, le=10_000_000, description="hardest that is left (units/s²)")
    ] = 10_000.0


def limit_acceleration(script: Script, options: LimitAccelerationOptions) -> Script:
    """Makes the script change its speed no harder than a limit, exactly, at all inner actions.

    The acceleration at an action is the difference of the speeds after and before it ÷ half the time between
    its two neighbours: it is in proportion to how far the action lies from the line between these. Depth is
    given up first, at tops and bottoms alike; actions that bend too much even then, or by rounding, are left
    out. The two ends stay.
    """
    bend = _bend(script)
    if not np.any(bend > options.max_acceleration):
        return script
    script = with_positions(script, _flattened(script, options.max_acceleration))
    while True:
        sharp = np.flatnonzero(_bend(script) > options.max_acceleration)
        if not len(sharp):
            return script
        # Of neighbours every other one at a time: without it the next may do.
        run = np.arange(len(sharp)) - np.maximum.accumulate(
            np.where(np.diff(sharp, prepend=-2) > 1, np.arange(len(sharp)), 0)
        )
        keep = np.ones(len(script), np.bool_)
        keep[sharp[run % 2 == 0] + 1] = False
        script = only(script, keep)


def _bend(script: Script) -> NDArray[np.float64]:
    """Acceleration at the inner actions (A - 2,) (units/s²)."""
    time_ms, way = np.diff(script.at_ms), np.diff(script.pos)
    before, after = time_ms[:-1], time_ms[1:]
    # Whole numbers up to the last step, so that what is straight bends by nothing.
    off = np.abs(way[1:] * before - way[:-1] * after)
    bend: NDArray[np.float64] = 2e6 * off / (before.astype(np.float64) * after * (before + after))
    return bend


def _flattened(script: Script, most: float) -> NDArray[np.float64]:
    """Positions that bend little enough, or nearly so (A,)."""
    pos = script.pos.astype(np.float64)
    time_ms = np.diff(script.at_ms).astype(np.float64)
    share = time_ms[:-1] / (time_ms[:-1] + time_ms[1:])
    # Rounding moves an action and the line between its neighbours by half a unit each.
    reach = np.maximum(most * time_ms[:-1] * time_ms[1:] / 2e6 - 1, 0)
    for _ in range(ROUNDS):
        off = pos[1:-1] - (pos[:-2] + (pos[2:] - pos[:-2]) * share)
        excess = off - np.clip(off, -reach, reach)
        if np.abs(excess).max() < 0.05:
            break
        pos[1:-1] -= SHARE * excess
    return pos


FILTER = Filter(limit_acceleration, LimitAccelerationOptions, idempotent=True)
