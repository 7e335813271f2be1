"""Two scripts of one video side by side: how alike they are, and where they are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from funscribe.evaluate import Fidelity, Truth, depth_rank_correlation, fidelity
from funscribe.evaluate.alignment import shift_ms
from funscribe.files import write_atomically
from funscribe.records import Script
from funscribe.zigzag import runs

STEP_MS = 100
WINDOW_MS = 2000
# Two careful scripts of one motion differ by less on average; more is another opinion of it.
DIFFERENT = 20.0
# Longer names do not fit above the picture (letters).
LABEL = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """A passage in which two scripts say different things.

    Attributes:
        start_s: Where it begins (s).
        end_s: Where it ends (s).
        error: Mean distance of the positions in it (units).
    """

    start_s: float
    end_s: float
    error: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two scripts are.

    Attributes:
        scores: How well the first follows the second, as `funscribe evaluate` has it.
        depth_rank: Rank correlation of the depths of their strokes; None for too few or too even strokes.
        mean_error: Mean distance of their positions over the time of both, the shift and a lag taken out,
            and turned if one is upside down (units); None if there is no such time.
        shift_ms: What the first was moved back by before all of this (ms).
        passages: Where they differ by more than 20 units on average over 2 s.
    """

    scores: Fidelity
    depth_rank: float | None
    mean_error: float | None
    shift_ms: int
    passages: tuple[Difference, ...]


def compare_scripts(script: Script, other: Script, align: bool = False) -> Comparison:
    """How alike two scripts are, over the time of the second.

    Args:
        script: The first.
        other: The second, which is taken for the truth.
        align: First move the first in time so that it fits the second best, by up to 10 s.
    """
    moved = shift_ms(script, other) if align else 0
    script = shifted(script, -moved)
    truth = Truth(other.at_ms.astype(np.float64), other.pos.astype(np.float64))
    scores = fidelity(script.at_ms, script.pos, truth.t_ms, truth.pos)
    t_ms, distance = _distance(script, other, scores)
    return Comparison(
        scores=scores,
        depth_rank=depth_rank_correlation(script, truth),
        mean_error=float(distance.mean()) if len(distance) else None,
        shift_ms=moved,
        passages=_differences(t_ms, distance),
    )


def shifted(script: Script, by_ms: int) -> Script:
    """The script's own axis moved in time; what would come before 0 is left out."""
    at_ms = script.at_ms + by_ms
    return replace(script, at_ms=at_ms[at_ms >= 0], pos=script.pos[at_ms >= 0])


def write_script_comparison(
    path: Path | str, script: Script, other: Script, found: Comparison, labels: tuple[str, str]
) -> None:
    """Write a PNG with two scripts drawn over each other, differing passages shaded.

    Args:
        path: The PNG file.
        script: The first, as it was compared.
        other: The second.
        found: What the comparison found; the first is moved as it was.
        labels: What the first and the second are called.

    Raises:
        OutputNotWritable: If the file cannot be written.
    """
    from funscribe.evaluate import brief
    from funscribe.plots import Beside, comparison_png

    spans = [(1000 * one.start_s, 1000 * one.end_s) for one in found.passages]
    beside = Beside(passages_ms=spans, labels=(labels[1][:LABEL], labels[0][:LABEL]))
    png = comparison_png(
        shifted(script, -found.shift_ms), other.at_ms, other.pos, "", brief(found.scores), beside
    )
    write_atomically(path, png)


def _distance(
    script: Script, other: Script, scores: Fidelity
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (S,), every 100 ms of the time of both (ms), and the distance of positions (S,) (units)."""
    if not len(script) or not len(other):
        return np.empty(0), np.empty(0)
    lag_ms = scores.lag_ms or 0.0
    begin = max(script.at_ms[0] - lag_ms, other.at_ms[0])
    end = min(script.at_ms[-1] - lag_ms, other.at_ms[-1])
    t_ms = np.arange(begin, end + 1e-6, STEP_MS, dtype=np.float64)
    pos = np.interp(t_ms + lag_ms, script.at_ms, script.pos)
    pos = 100 - pos if scores.sign == -1 else pos
    return t_ms, np.abs(pos - np.interp(t_ms, other.at_ms, other.pos))


def _differences(t_ms: NDArray[np.float64], distance: NDArray[np.float64]) -> tuple[Difference, ...]:
    width = WINDOW_MS // STEP_MS
    if len(distance) < width:
        return ()
    total = np.concatenate(([0.0], np.cumsum(distance)))
    bad = ((total[width:] - total[:-width]) / width > DIFFERENT).astype(np.int64)
    # A passage is all that lies in such windows; two that are closer than a window are one.
    within = np.convolve(bad, np.ones(width, np.int64)) > 0
    borders = runs(~within)
    for a, b in borders[1 if borders and borders[0][0] == 0 else 0 :]:
        within[a:b] = b - a < width and b < len(within)
    return tuple(
        Difference(float(t_ms[a]) / 1000, float(t_ms[b - 1]) / 1000, float(distance[a:b].mean()))
        for a, b in runs(within)
    )
