"""The clips that can be measured, and the truth of each."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from funscribe.errors import TruthInvalid
from funscribe.evaluate import Truth
from funscribe.testing import SCENES

SCENE, QUVA, JUMPROPE, EXERCISE, PENDULUM = GROUPS = ("scenes", "quva", "jumprope", "exercise", "pendulum")
"""Drawn scenes; then the folders of real clips."""

# Times at which a jumper lands (s), read off the video: there is no file of them.
LANDINGS_S = {"jumping_kxborg": (0.71, 1.75, 2.79, 3.83, 4.88, 5.96, 7.00, 8.08)}


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to be measured.

    Attributes:
        group: One of `GROUPS`.
        name: Its name, unique within the group.
        video: The file; None for a scene, which is drawn.
    """

    group: str
    name: str
    video: Path | None = None


def find_clips(data: Path | None) -> list[Clip]:
    """Return all scenes, and the real clips of a folder that have a truth, group by group.

    Args:
        data: Holds the folders `quva` and `jumprope` (NAME.mp4, NAME.cycles.txt), `pendulum` (NAME.mp4,
            NAME.truth.csv) and `exercise`, as far as they are there; None for scenes alone.
    """
    found = [Clip(SCENE, name) for name in SCENES]
    if data is None:
        return found
    for group, ending in ((QUVA, ".cycles.txt"), (JUMPROPE, ".cycles.txt"), (PENDULUM, ".truth.csv")):
        for truth in sorted((data / group).glob(f"*{ending}")):
            name = truth.name.removesuffix(ending)
            found.append(Clip(group, name, truth.with_name(f"{name}.mp4")))
    for name in LANDINGS_S:
        video = data / EXERCISE / f"{name}.mp4"
        if video.is_file():
            found.append(Clip(EXERCISE, name, video))
    return found


def choose(clips: Sequence[Clip], names: Iterable[str]) -> list[Clip]:
    """Return the clips of some names, of clips or of groups, in their order; all of them for no names.

    Raises:
        ValueError: Nothing is called so.
    """
    wanted = set(names)
    known = {name for clip in clips for name in (clip.group, clip.name)}
    for name in sorted(wanted - known):
        near = difflib.get_close_matches(name, known, n=1)
        raise ValueError(
            f"no clip is called {name}; " + (f"did you mean {near[0]}?" if near else "see --help")
        )
    return [clip for clip in clips if not wanted or wanted & {clip.group, clip.name}]


def absent(clips: Iterable[Clip]) -> tuple[str, ...]:
    """The groups with a target of which there is no clip."""
    there = {clip.group for clip in clips}
    return tuple(group for group in GROUPS if group != EXERCISE and group not in there)


def cycle_ends_s(clip: Clip, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return when each cycle of a counted clip ends (K,) (s).

    Args:
        clip: Of a group whose cycles were counted.
        time_s: Times of the clip's frames (T,) (s).

    Raises:
        TruthInvalid: The file of its cycles does not hold one frame number a line.
    """
    if clip.group == EXERCISE:
        return np.array(LANDINGS_S[clip.name])
    path = _truth_path(clip, ".cycles.txt")
    words = _text(path).split()
    if not words or not all(word.isdecimal() for word in words):
        raise TruthInvalid(f"{path} must hold the number of a frame on each line; mend it or leave it out")
    frames = np.array([int(word) for word in words])
    # A last cycle may end with the clip, one frame after the last.
    return np.asarray(time_s[np.minimum(frames, len(time_s) - 1)], np.float64)


def ball_truth(clip: Clip) -> Truth:
    """Return how far to the right the ball of a pendulum is, its range scaled to 0..100.

    Raises:
        TruthInvalid: Its file is not a CSV with the columns time_s and x_px, or the ball never moves.
    """
    path = _truth_path(clip, ".truth.csv")
    rows = list(csv.DictReader(_text(path).splitlines()))
    try:
        t_s = np.array([float(row["time_s"]) for row in rows])
        x_px = np.array([float(row["x_px"] or "nan") for row in rows])
    except (KeyError, TypeError, ValueError) as error:
        raise TruthInvalid(f"{path} must be a CSV with numbers in the columns time_s and x_px") from error
    if np.isfinite(x_px).sum() < 2 or np.nanmax(x_px) <= np.nanmin(x_px):
        raise TruthInvalid(f"{path}: the ball is seen at one place only; there is nothing to follow")
    low, high = np.nanmin(x_px), np.nanmax(x_px)
    return Truth(t_s * 1000, (x_px - low) / (high - low) * 100)


def _truth_path(clip: Clip, ending: str) -> Path:
    assert clip.video is not None, f"{clip.name} is drawn"
    return clip.video.with_name(clip.name + ending)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TruthInvalid(f"{path} cannot be read as text: {error}") from error
