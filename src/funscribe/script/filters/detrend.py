"""Takes slow drift out of a script."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions
from funscribe.zigzag import turns


class DetrendOptions(FilterOptions, frozen=True, kw_only=True):
    """What is slow, and what is a stroke."""

    window_s: Annotated[
        float, msgspec.Meta(ge=2, le=600, description="time over which strokes are averaged (s)")
    ] = 60.0
    depth: Annotated[
        float, msgspec.Meta(ge=1, le=100, description="what is shallower is no stroke (units)")
    ] = 10.0


def detrend(script: Script, options: DetrendOptions) -> Script:
    """Takes slow drift of the middle of strokes out; the middle of the script stays where it is.

    The middle between each two turning points (the median of nine) is averaged over a window; where that
    departs from the median of all, positions are moved back by as much. So strokes that do not drift stay
    as they are, and rests, which have no turning points, follow the strokes beside them.
    """
    found = turns(script.pos, options.depth)
    if len(found.first) < 2:
        return script
    level, time_s = script.pos[found.first], script.at_ms[found.first] / 1000
    middle, when = (level[1:] + level[:-1]) / 2, (time_s[1:] + time_s[:-1]) / 2
    # One way into a rest and one out of it say nothing about the strokes.
    around = sliding_window_view(np.pad(middle, 4, mode="edge"), 9)
    steady = np.median(around, axis=1)
    summed = np.concatenate(([0.0], np.cumsum(steady)))
    first = np.searchsorted(when, when - options.window_s / 2)
    last = np.searchsorted(when, when + options.window_s / 2, side="right")
    drift = (summed[last] - summed[first]) / (last - first) - np.median(steady)
    return with_positions(script, script.pos - np.interp(script.at_ms / 1000, when, drift))


FILTER = Filter(detrend, DetrendOptions)
