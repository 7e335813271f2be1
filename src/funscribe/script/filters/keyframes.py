"""Keeps the turning points alone."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, only
from funscribe.script.turning_points import Rank, rank_samples
from funscribe.zigzag import turns


class KeyframesOptions(FilterOptions, frozen=True, kw_only=True):
    """What is a turning point."""

    depth: Annotated[
        float, msgspec.Meta(ge=1, le=100, description="least way between two turning points (units)")
    ] = 10.0
    least_ms: Annotated[
        int, msgspec.Meta(ge=0, le=2000, description="least time between two turning points (ms)")
    ] = 50


def keyframes(script: Script, options: KeyframesOptions) -> Script:
    """Keeps turning points, ends of rests and the two ends; all else is left out.

    Both bounds hold: a way between two turning points that is briefer than least_ms goes with both of its
    ends, so a spike does not survive however high it is. Of a flat top or bottom that is briefer its middle
    stays. Ends of rests outlive turning points, and the first action always stays.
    """
    ranks = _candidates(script, options)
    at, kept = script.at_ms.tolist(), list[int]()
    for index in np.flatnonzero(ranks > Rank.SHAPE).tolist():
        stays = True
        while stays and kept and at[index] - at[kept[-1]] < options.least_ms:
            if ranks[kept[-1]] == Rank.TURN:
                # With another turning point both go; before the end of a rest the turning point alone.
                stays = ranks[index] > Rank.TURN
                kept.pop()
            else:
                stays = False
        if stays:
            kept.append(index)
    return only(script, np.array(kept, dtype=np.int64))


def _candidates(script: Script, options: KeyframesOptions) -> NDArray[np.int64]:
    """The `Rank` of each action (A,): turning points, and what ends a rest or the script."""
    ranks = np.full(len(script), Rank.SHAPE, dtype=np.int64)
    if not len(script):
        return ranks
    first, last = turns(script.pos, options.depth)
    brief = script.at_ms[last] - script.at_ms[first] < options.least_ms
    middle = (first + last) // 2
    ranks[np.where(brief, middle, first)] = ranks[np.where(brief, middle, last)] = Rank.TURN
    ranks[rank_samples(script.at_ms, script.pos, options.depth) == Rank.REST] = Rank.REST
    ranks[[0, -1]] = Rank.REST
    return ranks


FILTER = Filter(keyframes, KeyframesOptions)
