"""A motion signal becomes a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funscribe.records import Chapter, MotionSignal, Script
from funscribe.script.filters import apply, parse_all
from funscribe.script.limits import limit_speed, space_out
from funscribe.script.options import ScriptOptions
from funscribe.script.simplify import simplify
from funscribe.script.turning_points import Rank, rank_samples


def make_script(
    signal: MotionSignal,
    options: ScriptOptions | None = None,
    metadata: Mapping[str, Any] | None = None,
    chapters: tuple[Chapter, ...] = (),
) -> Script:
    """Make a script of a motion signal.

    Turning points and the ends of rests are kept; between them as few actions as hold the script within
    `options.tolerance` of the signal at every sample (taken at its whole millisecond). Then the limits of
    the device are met: by moving or leaving out actions that follow too soon, and by lowering the depth of
    what is too fast; where they bind, the script is farther from the signal than the tolerance. A signal of
    at least two samples, the interval apart, gives at least two actions; one without samples gives none.
    Last come the filters that the options ask for; after them those limits hold that they set themselves.

    Args:
        signal: The motion. Samples before 0 s are left out.
        options: How; None for the defaults.
        metadata: What to say about the script.
        chapters: Named passages.
    """
    options = options or ScriptOptions()
    at_ms, values = _samples(signal, options)
    # Wiggles that fit between the two bounds of the tolerance are not worth an action.
    rank = rank_samples(at_ms, values, 2 * options.tolerance)
    chosen = simplify(at_ms, values, rank > Rank.SHAPE, options.tolerance)
    times, ranks = space_out(at_ms[chosen], rank[chosen], options.min_interval_ms, options.max_speed)
    pos = np.rint(np.interp(times, at_ms, values)).astype(np.int64) if len(times) else times
    if options.max_speed:
        pos = limit_speed(times, pos, ranks, options.max_speed)
    script = Script(times, pos, dict(metadata or {}), chapters)
    return apply(script, parse_all(options.filters))


def _samples(signal: MotionSignal, options: ScriptOptions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Times (T,), whole and strictly increasing (ms), and positions (T,) in the range asked for (units)."""
    at_ms = np.rint(signal.time_s * 1000).astype(np.int64)
    upside_down = np.full(len(signal), options.invert)
    for start_s, end_s in options.invert_passages:
        upside_down ^= (signal.time_s >= start_s) & (signal.time_s < end_s)
    position = np.where(upside_down, 1 - signal.position, signal.position)
    values = options.range_low + position * (options.range_high - options.range_low)
    # Of samples within the same millisecond the first stands.
    fresh = (np.diff(at_ms, prepend=-1) > 0) & (at_ms >= 0)
    return at_ms[fresh], values[fresh]
