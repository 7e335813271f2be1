"""Fewer actions for the same curve."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.filters.filter import TURN_DEPTH, Filter, FilterOptions, only
from funscribe.script.simplify import simplify as fewest
from funscribe.script.turning_points import Rank, rank_samples

# Of all points nearly as far off as the farthest, the one nearest the middle is split at: at zig-zags the
# farthest itself would lie at an end again and again, and time would grow with the square of their number.
NEARLY = 0.75


class SimplifyOptions(FilterOptions, frozen=True, kw_only=True):
    """How near the curve stays, and by which way."""

    tolerance: Annotated[
        float, msgspec.Meta(ge=0.5, le=50, description="farthest that the curve may move, up or down (units)")
    ] = 2.0
    method: Annotated[
        Literal["fewest", "rdp"],
        msgspec.Meta(description="longest possible lines, or Ramer-Douglas-Peucker (method)"),
    ] = "fewest"
    keep_turns: Annotated[
        bool, msgspec.Meta(description="keep all turning points and ends of rests (yes or no)")
    ] = True


def simplify(script: Script, options: SimplifyOptions) -> Script:
    """Leaves out actions while the lines between those left stay near all others, up and down (units).

    The distance is measured in units of position alone: a distance in a plane of milliseconds and units
    would change with the unit of time. Both methods keep the bound: "fewest" is the one that scripts are
    made with, "rdp" splits at far points until all are near (Ramer, "An iterative procedure for the
    polygonal approximation of plane curves", CGIP 1, 1972; Douglas and Peucker, Cartographica 10, 1973).
    """
    at_ms, pos = script.at_ms, script.pos
    keep = np.zeros(len(script), np.bool_)
    if options.keep_turns:
        keep = rank_samples(at_ms, pos, max(TURN_DEPTH, 2 * options.tolerance)) > Rank.SHAPE
    if options.method == "rdp":
        return only(script, ramer_douglas_peucker(at_ms, pos.astype(np.float64), keep, options.tolerance))
    return only(script, fewest(at_ms, pos.astype(np.float64), keep, options.tolerance))


def ramer_douglas_peucker(
    at_ms: NDArray[np.int64], values: NDArray[np.float64], keep: NDArray[np.bool_], tolerance: float
) -> NDArray[np.bool_]:
    """Which samples of a curve stay (T,): the lines between them are within the tolerance of all others.

    All pieces are looked at together, level by level.

    Args:
        at_ms: Times (T,), strictly increasing (ms).
        values: The curve (T,) (units).
        keep: Samples that stay in any case (T,); the two ends always do.
        tolerance: Greatest vertical distance (units).
    """
    stays = keep.copy()
    stays[[0, -1][: len(stays)]] = True
    fixed = np.flatnonzero(stays)
    first, last = fixed[:-1], fixed[1:]
    while True:
        wide = last - first > 1
        first, last = first[wide], last[wide]
        if not len(first):
            return stays
        split = _splits(at_ms, values, (first, last), tolerance)
        found = split >= 0
        first, last, split = first[found], last[found], split[found]
        stays[split] = True
        first, last = np.concatenate((first, split)), np.concatenate((split, last))


def _splits(
    at_ms: NDArray[np.int64],
    values: NDArray[np.float64],
    ends: tuple[NDArray[np.intp], NDArray[np.intp]],
    tolerance: float,
) -> NDArray[np.intp]:
    """The sample to split each piece at (S,); -1 where all are near."""
    first, last = ends
    counts = last - first - 1
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    piece = np.repeat(np.arange(len(first)), counts)
    inner = np.arange(len(piece)) - starts[piece] + first[piece] + 1
    slope = (values[last] - values[first]) / (at_ms[last] - at_ms[first])
    line = values[first][piece] + slope[piece] * (at_ms[inner] - at_ms[first][piece])
    off = np.abs(values[inner] - line)
    farthest = np.maximum.reduceat(off, starts)
    near_middle = np.abs(2 * inner - (first + last)[piece])
    key = near_middle * len(values) + inner
    key[off < NEARLY * farthest[piece]] = np.iinfo(key.dtype).max
    return np.where(farthest > tolerance + 1e-9, np.minimum.reduceat(key, starts) % len(values), -1)


FILTER = Filter(simplify, SimplifyOptions)
