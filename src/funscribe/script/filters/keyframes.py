"""Keeps the turning points alone."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, only
from funscribe.script.turning_points import Rank, rank_samples


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
    ends, so a spike does not survive however high it is. Ends of rests outlive turning points, and the
    first action always stays.
    """
    rank = rank_samples(script.at_ms, script.pos, options.depth)
    firm = np.flatnonzero(rank > Rank.SHAPE).tolist()
    at, ranks = script.at_ms.tolist(), rank.tolist()
    if firm:
        ranks[firm[0]] = ranks[firm[-1]] = int(Rank.REST)
    kept: list[int] = []
    for index in firm:
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


FILTER = Filter(keyframes, KeyframesOptions)
