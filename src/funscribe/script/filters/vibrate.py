"""Adds a soft vibration to rests."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_actions
from funscribe.script.rests import rests


class VibrateOptions(FilterOptions, frozen=True, kw_only=True):
    """How it vibrates, and when."""

    depth: Annotated[
        int, msgspec.Meta(ge=1, le=50, description="way from the lowest to the highest (units)")
    ] = 6
    rate_hz: Annotated[float, msgspec.Meta(ge=0.2, le=10, description="strokes a second (Hz)")] = 2.0
    rest_s: Annotated[float, msgspec.Meta(ge=0.5, le=600, description="shortest rest that vibrates (s)")] = (
        3.0
    )
    longest_s: Annotated[
        float, msgspec.Meta(ge=1, le=600, description="longest time that it vibrates at once (s)")
    ] = 60.0
    fade_s: Annotated[
        float, msgspec.Meta(ge=0, le=60, description="time in which it sets in and dies away (s)")
    ] = 1.0


def vibrate(script: Script, options: VibrateOptions) -> Script:
    """Adds a vibration about the position of long rests, straight strokes that set in and die away softly.

    Where the rest is near 0 or 100 it goes to one side. Its speed is about 2 · depth · rate units/s at most.
    Actions within the rest give way to it; both ends of the rest stay.
    """
    keep = np.ones(len(script), np.bool_)
    times, positions = [np.empty(0)], [np.empty(0)]
    for first, last in rests(script, options.rest_s * 1000):
        at_ms = _times(int(script.at_ms[first]), int(script.at_ms[last]), options)
        if len(at_ms):
            # Where it ends before the rest does, what comes after stays.
            late = script.at_ms[first + 1 : last] >= at_ms[-1] + 500 / options.rate_hz
            keep[first + 1 : last] = late
            times.append(at_ms)
            positions.append(_around(np.interp(at_ms, script.at_ms, script.pos), at_ms, options))
    return with_actions(
        script,
        np.concatenate((script.at_ms[keep], *times)),
        np.concatenate((script.pos[keep], *positions)),
    )


def _times(start_ms: int, end_ms: int, options: VibrateOptions) -> NDArray[np.float64]:
    """Times of the turning points within a rest (ms)."""
    half_ms = 500 / options.rate_hz
    length_ms = min(end_ms - start_ms, options.longest_s * 1000)
    return np.arange(1, int(length_ms / half_ms), dtype=np.float64) * half_ms + start_ms


def _around(
    rest: NDArray[np.float64], at_ms: NDArray[np.float64], options: VibrateOptions
) -> NDArray[np.float64]:
    """Positions that swing about those of the rest, the less the nearer they are to an end."""
    half_ms = 500 / options.rate_hz
    edge_ms = np.minimum(at_ms - at_ms[0], at_ms[-1] - at_ms) + half_ms
    swing = options.depth / 2 * np.minimum(edge_ms / max(1000 * options.fade_s, half_ms), 1)
    around: NDArray[np.float64] = np.clip(rest, swing, 100 - swing)
    around += np.where(np.arange(len(rest)) % 2, -1, 1) * swing
    return around


FILTER = Filter(vibrate, VibrateOptions)
