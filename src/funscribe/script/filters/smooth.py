"""Smooths a script and keeps the height of its strokes as well as a polynomial can."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions
from funscribe.script.polyline import weigh_around

# Samples to a window: more do not change what a polynomial of the fifth degree fits.
SAMPLES = 41


class SmoothOptions(FilterOptions, frozen=True, kw_only=True):
    """How much is smoothed away."""

    window_ms: Annotated[
        float, msgspec.Meta(ge=20, le=5000, description="time that a polynomial is fitted to (ms)")
    ] = 200.0
    degree: Annotated[int, msgspec.Meta(ge=0, le=5, description="degree of the polynomial (number)")] = 2


def smooth(script: Script, options: SmoothOptions) -> Script:
    """Smooths by fitting a polynomial about each action (Savitzky-Golay), in time and not in index.

    The curve is sampled evenly about each action, so it does not matter how its points are spread; times
    stay. Up to the degree of the polynomial curves pass unchanged (Savitzky and Golay, "Smoothing and
    differentiation of data by simplified least squares procedures", Analytical Chemistry 36, 1964).
    """
    place = np.linspace(-1, 1, SAMPLES)
    weights = np.linalg.pinv(np.vander(place, options.degree + 1))[-1]
    return with_positions(
        script, weigh_around(script.at_ms, script.pos, place * options.window_ms / 2, weights)
    )


FILTER = Filter(smooth, SmoothOptions)
