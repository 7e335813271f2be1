"""Takes fast motion out of a script, without moving the rest in time."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions
from funscribe.script.polyline import weigh_around

# A curve of lines has no last frequency; it is sampled at least this densely.
SPARSEST_MS = 40.0


class LowPassOptions(FilterOptions, frozen=True, kw_only=True):
    """What is fast."""

    cutoff_hz: Annotated[
        float, msgspec.Meta(ge=0.5, le=20, description="frequency of which half the depth is left (Hz)")
    ] = 5.0


def low_pass(script: Script, options: LowPassOptions) -> Script:
    """Takes out what is faster than a frequency, with zero phase: nothing comes later or earlier.

    A sinc of two periods of the cutoff, under a Hamming window, weighs the curve about each action: at the
    cutoff half of the depth is left, at twice of it less than a hundredth. Times stay.
    """
    reach_ms = 1000 / options.cutoff_hz
    count = 2 * int(np.ceil(max(reach_ms / SPARSEST_MS, 8))) + 1
    periods = np.linspace(-1, 1, count)
    weights = np.sinc(2 * periods) * np.hamming(count)
    found = weigh_around(script.at_ms, script.pos, periods * reach_ms, weights / weights.sum())
    return with_positions(script, found)


FILTER = Filter(low_pass, LowPassOptions)
