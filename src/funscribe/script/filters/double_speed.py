"""Makes twice as many strokes."""

from __future__ import annotations

import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, with_actions
from funscribe.script.filters.half_speed import HalfSpeedOptions
from funscribe.script.rests import passages
from funscribe.zigzag import turns


class DoubleSpeedOptions(HalfSpeedOptions, frozen=True, kw_only=True):
    """What is a stroke, and what is a rest, as at half the speed."""


def double_speed(script: Script, options: DoubleSpeedOptions) -> Script:
    """Makes two strokes of each, in the same time and equally deep; speed doubles, so limit it afterwards.

    Every other turning point becomes one of the other kind, and what it was is reached half-way before and
    after it; strokes become straight. In each passage between two rests the ways before the first turning
    point and after the last one stay.
    """
    keep = np.ones(len(script), np.bool_)
    times, positions = [np.empty(0)], [np.empty(0)]
    for first, last in passages(script, options.rest_s * 1000):
        at = turns(script.pos[first : last + 1], options.depth).first + first
        # An odd number of turning points ends with the kind that it begins with.
        at = at[: len(at) - 1 + len(at) % 2]
        if len(at) < 3:
            continue
        keep[at[0] + 1 : at[-1]] = False
        time_ms, level = script.at_ms[at], script.pos[at].astype(np.float64)
        times += [time_ms[1:-1], (time_ms[1:] + time_ms[:-1]) / 2]
        other = np.repeat(level[1::2], 2)
        turned = level.copy()
        turned[1::2] = (level[:-1:2] + level[2::2]) / 2
        positions += [turned[1:-1], other]
    stay = script.at_ms[keep], script.pos[keep]
    return with_actions(script, np.concatenate([stay[0], *times]), np.concatenate([stay[1], *positions]))


FILTER = Filter(double_speed, DoubleSpeedOptions)
