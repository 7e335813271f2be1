"""Where a script rests, and the passages of motion between."""

from __future__ import annotations

import numpy as np

from funscribe.records import Script
from funscribe.script.stats import IDLE_SPEED
from funscribe.zigzag import runs

Span = tuple[int, int]


def rests(script: Script, least_ms: float) -> list[Span]:
    """First and last action of every rest: a stretch of segments slower than 5 units/s each.

    Args:
        script: The script.
        least_ms: How long a rest is at least, more than 0 (ms).
    """
    still = np.abs(np.diff(script.pos)) * 1000 < IDLE_SPEED * np.diff(script.at_ms)
    return [(a, b) for a, b in runs(still) if script.at_ms[b] - script.at_ms[a] >= least_ms]


def passages(script: Script, rest_ms: float) -> list[Span]:
    """First and last action of every passage of motion between two rests; the rests' ends belong to it.

    Args:
        script: The script.
        rest_ms: How long a rest is at least, more than 0 (ms).
    """
    if not len(script):
        return []
    borders = [0, *(index for rest in rests(script, rest_ms) for index in rest), len(script) - 1]
    return [(a, b) for a, b in zip(borders[::2], borders[1::2], strict=True) if a < b]
