"""How well what was made of one clip follows the truth of that clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funscribe.evaluate import (
    Fidelity,
    Truth,
    cycle_count,
    depth_rank_correlation,
    evaluate,
    local_r,
    pearson,
)
from funscribe.pipeline import Composition
from funscribe.records import Script

# Shorter than the windows of `evaluate`: a failure of a few seconds is to be seen.
LOCAL_MS = 5000.0
LOCAL_HOP_MS = 2500.0


@dataclass(frozen=True, slots=True)
class Window:
    """A passage of 5 s.

    Attributes:
        t_s: Its middle (s).
        r: Pearson r of script and truth there, the lag taken out; where up is not defined, times the sign of
            the whole clip. A script that turns over in the middle is below 0.
        confidence: Mean confidence there, 0..1.
    """

    t_s: float
    r: float
    confidence: float


@dataclass(frozen=True, slots=True)
class SceneScore:
    """How well the script of a scene follows its truth.

    Attributes:
        name: The scene.
        sign_right: Whether up is up; None where the picture does not define it, or nothing moves.
        scores: As `funscribe.evaluate` defines them.
        depth_rank: Rank correlation of the depths of strokes; None where there are too few.
        worst_local_r: The least r of the windows; None without one.
        confidence: Mean confidence of the clip, 0..1.
        windows: The passages in which the truth moves.
    """

    name: str
    sign_right: bool | None
    scores: Fidelity
    depth_rank: float | None
    worst_local_r: float | None
    confidence: float
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class CountScore:
    """How many cycles a script has, and how many people counted in the clip.

    Attributes:
        group: The set that the clip belongs to.
        name: The clip.
        found: Cycles of the script.
        true: Cycles of the clip.
        error: |found − true| ÷ true.
        within_one: Whether the script has at most one cycle too many or too few.
        confidence: Mean confidence of the clip, 0..1.
    """

    group: str
    name: str
    found: float
    true: int
    error: float
    within_one: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class TrackScore:
    """How well the script of a clip follows something that was tracked in it.

    Attributes:
        name: The clip.
        r: |Pearson r| of script and track at the times of the track; 0 if the script stands still.
        r_aligned: The same after `scores.lag_ms` is taken out.
        scores: As `funscribe.evaluate` defines them, of the track scaled to 0..100.
        worst_local_r: The least r of the windows; None without one.
        confidence: Mean confidence of the clip, 0..1.
        windows: The passages in which the track moves.
    """

    name: str
    r: float
    r_aligned: float
    scores: Fidelity
    worst_local_r: float | None
    confidence: float
    windows: tuple[Window, ...]


def score_scene(name: str, directed: bool, made: Composition, truth: Truth) -> SceneScore:
    """How well what was made of a scene follows its truth; `directed` says that up is defined in it."""
    scores = evaluate(made.script, truth)
    windows = windows_of(made, truth, scores, directed)
    return SceneScore(
        name=name,
        sign_right=scores.sign == 1 if directed and scores.sign is not None else None,
        scores=scores,
        depth_rank=depth_rank_correlation(made.script, truth),
        worst_local_r=_worst(windows),
        confidence=_mean_confidence(made),
        windows=windows,
    )


def score_count(group: str, name: str, made: Composition, true: int) -> CountScore:
    """How near the cycles of what was made of a clip are to the true number (at least 1)."""
    found = cycle_count(made.script.at_ms, made.script.pos)
    miss = abs(found - true)
    return CountScore(group, name, found, true, miss / true, miss <= 1, _mean_confidence(made))


def score_track(name: str, made: Composition, track: Truth) -> TrackScore:
    """How well what was made of a clip follows a track of which the sign means nothing."""
    scores = evaluate(made.script, track)
    windows = windows_of(made, track, scores, directed=False)
    return TrackScore(
        name=name,
        r=_track_r(made.script, track, 0.0),
        r_aligned=_track_r(made.script, track, scores.lag_ms or 0.0),
        scores=scores,
        worst_local_r=_worst(windows),
        confidence=_mean_confidence(made),
        windows=windows,
    )


def windows_of(made: Composition, truth: Truth, scores: Fidelity, directed: bool) -> tuple[Window, ...]:
    """The passages of a clip in which the truth moves."""
    local = local_r(made.script, truth, LOCAL_MS, LOCAL_HOP_MS, scores.lag_ms or 0.0)
    sign = 1 if directed else scores.sign or 1
    signal_ms = made.signal.time_s * 1000
    found = []
    for t_ms, r in zip(local.t_ms.tolist(), local.r.tolist(), strict=True):
        inside = np.abs(signal_ms - t_ms) <= LOCAL_MS / 2
        if np.isfinite(r) and inside.any():
            found.append(Window(t_ms / 1000, sign * r, float(made.signal.confidence[inside].mean())))
    return tuple(found)


def _track_r(script: Script, track: Truth, lag_ms: float) -> float:
    known = np.isfinite(track.pos)
    if not len(script):
        return 0.0
    followed = np.interp(track.t_ms[known] + lag_ms, script.at_ms, script.pos)
    return abs(pearson(followed, track.pos[known]) or 0.0)


def _worst(windows: tuple[Window, ...]) -> float | None:
    return min((window.r for window in windows), default=None)


def _mean_confidence(made: Composition) -> float:
    return float(made.signal.confidence.mean()) if len(made.signal) else 0.0
