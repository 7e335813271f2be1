"""Takes small reversals out of large strokes."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, only
from funscribe.zigzag import turns


class RemoveJerksOptions(FilterOptions, frozen=True, kw_only=True):
    """What is small, brief and large."""

    depth: Annotated[
        float, msgspec.Meta(ge=1, le=50, description="what goes back less is a jerk (units)")
    ] = 15.0
    longest_ms: Annotated[
        int, msgspec.Meta(ge=1, le=5000, description="what goes back for longer is none (ms)")
    ] = 200
    stroke: Annotated[
        float, msgspec.Meta(ge=1, le=100, description="least way of the stroke that it is in (units)")
    ] = 40.0


def remove_jerks(script: Script, options: RemoveJerksOptions) -> Script:
    """Takes brief small reversals out of large strokes: the stroke goes on as if they had not been.

    Actions at the heights that a stroke passes more than once are left out; none is moved, and none is at
    strokes that go one way. Small strokes by themselves stay.
    """
    while True:
        keep = ~_jerky(script, options)
        if keep.all():
            return script
        script = only(script, keep)


def _jerky(script: Script, options: RemoveJerksOptions) -> NDArray[np.bool_]:
    """Actions within reversals that are smaller than both ways beside them (A,)."""
    jerky = np.zeros(len(script), np.bool_)
    found = turns(script.pos, 1.0)
    if len(found.first) < 2:
        return jerky
    ends = np.array([0]), np.array([len(script) - 1])
    arrive = np.concatenate((ends[0], found.first, ends[1]))
    leave = np.concatenate((ends[0], found.last, ends[1]))
    level = script.pos[arrive]
    way = np.abs(np.diff(level))
    time_ms = script.at_ms[arrive[1:]] - script.at_ms[leave[:-1]]
    inner = slice(1, -1)
    small = (way[inner] < options.depth) & (way[inner] <= way[:-2]) & (way[inner] < way[2:])
    small &= time_ms[inner] <= options.longest_ms
    small &= np.abs(level[3:] - level[:-3]) >= options.stroke
    for leg in (np.flatnonzero(small) + 1).tolist():
        low, high = sorted((level[leg], level[leg + 1]))
        part = slice(leave[leg - 1] + 1, arrive[leg + 2])
        jerky[part] |= (script.pos[part] >= low) & (script.pos[part] <= high)
    return jerky


FILTER = Filter(remove_jerks, RemoveJerksOptions, idempotent=True)
