"""Takes out what a script jumps to and back from."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, only


class RemoveOutliersOptions(FilterOptions, frozen=True, kw_only=True):
    """What is a jump."""

    max_speed: Annotated[
        float, msgspec.Meta(ge=50, le=10_000, description="what is faster is a jump (units/s)")
    ] = 800.0
    longest_ms: Annotated[
        int, msgspec.Meta(ge=0, le=5000, description="longest stay between two jumps (ms)")
    ] = 100


def remove_outliers(script: Script, options: RemoveOutliersOptions) -> Script:
    """Takes out actions that the script jumps to and, soon after, back from.

    A jump alone is none, nor is one of many that follow each other: those are strokes, for a limit of speed
    to judge. The way back must undo at least half of the jump.
    """
    while True:
        gone = _outliers(script, options)
        if not gone:
            return script
        keep = np.ones(len(script), np.bool_)
        for first, last in gone:
            keep[first : last + 1] = False
        script = only(script, keep)


def _outliers(script: Script, options: RemoveOutliersOptions) -> list[tuple[int, int]]:
    """First and last action of stays between two jumps; they do not overlap."""
    way = np.diff(script.pos)
    jumps = np.flatnonzero(np.abs(way) * 1000 > options.max_speed * np.diff(script.at_ms))
    there, back = jumps[:-1], jumps[1:]
    stay_ms = script.at_ms[back] - script.at_ms[there + 1]
    alone = (np.diff(jumps, prepend=-2)[:-1] > 1) & (np.diff(jumps, append=len(way) + 1)[1:] > 1)
    undone = 2 * np.abs(script.pos[back + 1] - script.pos[there]) <= np.abs(way[there])
    opposite = way[there] * way[back] < 0
    found = np.flatnonzero(alone & undone & opposite & (stay_ms <= options.longest_ms))
    apart: list[tuple[int, int]] = []
    for pair in found.tolist():
        if not apart or there[pair] > apart[-1][1]:
            apart.append((int(there[pair]) + 1, int(back[pair])))
    return apart


FILTER = Filter(remove_outliers, RemoveOutliersOptions, idempotent=True)
