"""Makes shallow stretches deeper, each as much as it needs."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions
from funscribe.script.polyline import moving_mean, moving_range


class AmplifyLocallyOptions(FilterOptions, frozen=True, kw_only=True):
    """How far the depth of strokes is evened out."""

    window_s: Annotated[
        float, msgspec.Meta(ge=0.5, le=120, description="how long a stretch its depth is taken from (s)")
    ] = 8.0
    depth: Annotated[float, msgspec.Meta(ge=1, le=100, description="depth that is aimed at (units)")] = 100.0
    strength: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="share of the way there: 0 none, 1 all (ratio)")
    ] = 0.5
    most: Annotated[float, msgspec.Meta(ge=1, le=10, description="largest factor of depths (ratio)")] = 3.0
    least_depth: Annotated[
        float, msgspec.Meta(ge=1, le=50, description="what is shallower is no stroke and stays (units)")
    ] = 5.0


def amplify_locally(script: Script, options: AmplifyLocallyOptions) -> Script:
    """Amplifies by the local envelope: shallow stretches get deeper, by a factor that changes slowly.

    The envelope is the lowest and the highest position in a window about each moment, smoothed over the same
    window. With strength 1 every stretch comes to the depth aimed at and nothing is left of intended
    dynamics; at 0.5 half of their ratio is. Nothing is cut: the envelope is moved into 0..100 (units).
    """
    if not len(script):
        return script
    window_ms = options.window_s * 1000
    lowest, highest = (
        moving_mean(script.at_ms, edge, window_ms)
        for edge in moving_range(script.at_ms, script.pos, window_ms)
    )
    # The smoothed envelope may be narrower than the curve just there.
    low, high = np.minimum(lowest, script.pos), np.maximum(highest, script.pos)
    depth, middle = high - low, (high + low) / 2
    factor = np.clip(options.depth / np.maximum(depth, 1e-9), 1 / options.most, options.most)
    factor = np.where(depth < options.least_depth, 1.0, factor**options.strength)
    half = np.minimum(factor * depth / 2, 50)
    centre = np.clip(middle, half, 100 - half)
    return with_positions(script, centre + (script.pos - middle) * factor)


FILTER = Filter(amplify_locally, AmplifyLocallyOptions)
