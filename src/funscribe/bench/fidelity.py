"""Measures clips: each is watched (once), its script is made, scored and drawn."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from funscribe.bench.clips import PENDULUM, SCENE, Clip, ball_truth, cycle_ends_s
from funscribe.bench.kept import render_once, watch_kept
from funscribe.bench.provenance import made_by
from funscribe.bench.scores import (
    CountScore,
    SceneScore,
    TrackScore,
    score_count,
    score_scene,
    score_track,
)
from funscribe.bench.summing import summary
from funscribe.errors import TruthInvalid
from funscribe.evaluate import Truth, brief, read_truth
from funscribe.files import write_atomically
from funscribe.pipeline import Composition, compose
from funscribe.plots import Beside, comparison_png
from funscribe.recipe import Recipe
from funscribe.spread import spread
from funscribe.testing import SCENES

Score = SceneScore | CountScore | TrackScore
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, and with what.

    Attributes:
        made_by: Versions, commit, processor and the digest of the recipe.
        scenes: Scores of the synthetic scenes.
        counts: Scores of the clips whose cycles were counted.
        tracks: Scores of the clips in which something was tracked.
        not_measured: Groups of clips that should have been measured and were not there.
    """

    made_by: dict[str, str | int]
    scenes: tuple[SceneScore, ...] = ()
    counts: tuple[CountScore, ...] = ()
    tracks: tuple[TrackScore, ...] = ()
    not_measured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to be measured, in a process of its own.

    Attributes:
        clip: The clip.
        work: Folder for drawn scenes and traces.
        recipe: The options.
        pictures: Folder for the picture of truth and script; None draws none.
    """

    clip: Clip
    work: Path
    recipe: Recipe
    pictures: Path | None


def measure(
    jobs: Sequence[Job], workers: int = 0, tell: Callable[[str], None] | None = None
) -> tuple[Score, ...]:
    """Measure clips side by side and return their scores, in order.

    Args:
        jobs: The clips.
        workers: Processes; 0 takes one a core.
        tell: Called with the name of each clip that is done.

    Raises:
        FunscribeError: A clip cannot be watched or has no valid truth, or a folder cannot be written.
    """
    return tuple(spread(measure_clip, jobs, workers or os.cpu_count() or 1, tell or (lambda name: None)))


def measure_clip(job: Job, report: Callable[[str], None]) -> Score:
    """Measure one clip; `report` is called with its name at the end."""
    video = job.clip.video or render_once(job.work, job.clip.name)
    trace = watch_kept(job.work, video, job.recipe)
    made = compose(trace, job.recipe)
    score: Score
    if job.clip.group == SCENE:
        truth = read_truth(video.with_suffix(".csv"))
        score = score_scene(job.clip.name, SCENES[job.clip.name].direction, made, truth)
        _draw(job, made, truth, brief(score.scores))
    elif job.clip.group == PENDULUM:
        truth = ball_truth(job.clip)
        score = score_track(job.clip.name, made, truth)
        _draw(job, made, truth, f"whole clip r {score.r:.4f}     " + brief(score.scores))
    else:
        ends_s = cycle_ends_s(job.clip, trace.time_s)
        score = score_count(job.clip.group, job.clip.name, made, len(ends_s))
        _draw(
            job,
            made,
            Truth(np.empty(0), np.empty(0)),
            f"{score.found:g} cycles, true {score.true}",
            ends_s * 1000,
        )
    report(job.clip.name)
    return score


def picture_name(clip: Clip) -> str:
    """The name of the file that shows a clip's script over its truth."""
    return f"{clip.group}-{clip.name}.png"


def report_of(scores: Sequence[Score], recipe: Recipe, not_measured: Sequence[str] = ()) -> Report:
    """Bring scores together; figures are rounded to 4 digits, so that a report reads back as it was."""
    report = Report(
        made_by={**made_by(), "recipe": recipe.digest()},
        scenes=tuple(score for score in scores if isinstance(score, SceneScore)),
        counts=tuple(score for score in scores if isinstance(score, CountScore)),
        tracks=tuple(score for score in scores if isinstance(score, TrackScore)),
        not_measured=tuple(not_measured),
    )
    return msgspec.convert(_rounded(msgspec.to_builtins(report)), Report)


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain values for JSON, with its summary."""
    lines = msgspec.to_builtins(summary(report))
    return {"summary": _rounded(lines), **msgspec.to_builtins(report)}


def write_report(path: Path, report: Report) -> None:
    """Write a report as JSON.

    Raises:
        OutputNotWritable: The file cannot be written.
    """
    write_atomically(path, msgspec.json.format(msgspec.json.encode(as_dict(report)), indent=1) + b"\n")


def read_report(path: Path) -> Report:
    """Read a report that `write_report` has written.

    Raises:
        TruthInvalid: There is none, or it is something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, msgspec.MsgspecError) as error:
        raise TruthInvalid(f"{path} is no report of the benchmark: {error}; make it anew") from error


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return round(value, _DIGITS) if isinstance(value, float) else value


def _draw(job: Job, made: Composition, truth: Truth, caption: str, ends_ms: Any = ()) -> None:
    if job.pictures is None:
        return
    beside = Beside(made.signal.time_s * 1000, made.signal.confidence, ends_ms)
    png = comparison_png(made.script, truth.t_ms, truth.pos, job.clip.name, caption, beside)
    write_atomically(job.pictures / picture_name(job.clip), png)
