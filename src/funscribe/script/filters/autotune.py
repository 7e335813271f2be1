"""Cleans a script up, with settings taken from the script itself."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.fill_range import FillRangeOptions, fill_range
from funscribe.script.filters.filter import Filter, FilterOptions
from funscribe.script.filters.limit_speed import LimitSpeedOptions, limit_speed
from funscribe.script.filters.min_interval import MinIntervalOptions, min_interval
from funscribe.script.filters.remove_jerks import RemoveJerksOptions, remove_jerks
from funscribe.script.filters.remove_outliers import RemoveOutliersOptions, remove_outliers
from funscribe.script.filters.simplify import SimplifyOptions, simplify
from funscribe.script.filters.smooth import SmoothOptions, smooth
from funscribe.zigzag import turns

# What goes back less than this is trembling, whatever its cause.
TREMBLE = 8.0
STROKE_DEPTH = 15.0
# A parabola over this share of a stroke's half keeps all but a hundredth of its depth.
SMOOTHED_SHARE = 0.6


class AutotuneOptions(FilterOptions, frozen=True, kw_only=True):
    """What the device can do, and how far the range is filled; all else is found."""

    max_speed: Annotated[
        float, msgspec.Meta(ge=1, le=10_000, description="fastest that is left (units/s)")
    ] = 400.0
    min_interval_ms: Annotated[
        int, msgspec.Meta(ge=1, le=1000, description="least time between two actions (ms)")
    ] = 60
    fill: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="how far each passage fills 0..100 (ratio)")
    ] = 0.5


def autotune(script: Script, options: AutotuneOptions) -> Script:
    """Cleans a script up: outliers, trembling, too many actions, unused range, then limits, which hold.

    Smoothing is as long as the fast strokes of the script allow (their tenth percentile), and only done
    where actions are dense and tremble; jerks are what is small against its median stroke. A script that is
    clean, sparse, full and slow enough stays as it is.
    """
    if len(script) > 2:
        script = remove_outliers(script, RemoveOutliersOptions(max_speed=_jump(script, options)))
        script = simplify(_calm(script), SimplifyOptions(tolerance=2.0))
        script = fill_range(script, FillRangeOptions(strength=options.fill))
    script = min_interval(script, MinIntervalOptions(interval_ms=options.min_interval_ms))
    return limit_speed(script, LimitSpeedOptions(max_speed=options.max_speed))


def _jump(script: Script, options: AutotuneOptions) -> float:
    """What is much faster than the script is by itself (units/s)."""
    speed = np.abs(np.diff(script.pos)) * 1000 / np.diff(script.at_ms)
    return float(np.clip(3 * np.percentile(speed, 90), 2 * options.max_speed, 10_000))


def _calm(script: Script) -> Script:
    """The script without trembling and small reversals."""
    strokes = turns(script.pos, STROKE_DEPTH)
    if len(strokes.first) < 2:
        return script
    half_ms = float(np.percentile(np.diff(script.at_ms[strokes.first]), 10))
    median_depth = float(np.median(np.abs(np.diff(script.pos[strokes.first]))))
    depth = float(np.clip(0.2 * median_depth, TREMBLE, 50))
    window_ms = float(np.clip(SMOOTHED_SHARE * half_ms, 20, 1000))
    trembling = len(turns(script.pos, 1.0).first) > 1.5 * len(strokes.first)
    dense = np.median(np.diff(script.at_ms)) * 3 <= window_ms
    script = remove_jerks(
        script, RemoveJerksOptions(depth=depth, longest_ms=max(1, round(half_ms)), stroke=2 * depth)
    )
    return smooth(script, SmoothOptions(window_ms=window_ms)) if trembling and dense else script


FILTER = Filter(autotune, AutotuneOptions)
