"""The main job: a video becomes a script."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from funscribe.monitor import Progress
from funscribe.pipeline.need import Need
from funscribe.pipeline.watching import watch_with_store
from funscribe.recipe import Recipe
from funscribe.records import MotionSignal, Script, Trace, Tracks
from funscribe.spread import Spread, Workers
from funscribe.trace import TraceStore
from funscribe.zigzag import runs

if TYPE_CHECKING:
    from funscribe.pipeline.composing import Composition

_WEAK = 0.3
_WEAK_S = 2.0
_JOIN_S = 1.0  # passages closer than this are told as one
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Generated:
    """A script and everything on the way to it.

    Attributes:
        script: The script.
        signal: The motion it was drawn from.
        trace: What was seen of the video.
        folder: Where the trace is kept.
        cached: True when nothing had to be watched in this run.
        elapsed_s: How long the run took (s).
        frames_per_s: Frames of the video by the time of the run (1/s).
        peak_rss_mb: Largest memory of this process and its workers that was seen (MB).
        warnings: What the user should know.
        tracks: What was followed; None without a model, or when it found nothing.
    """

    script: Script
    signal: MotionSignal
    trace: Trace
    folder: Path
    cached: bool
    elapsed_s: float
    frames_per_s: float
    peak_rss_mb: float
    warnings: tuple[str, ...]
    tracks: Tracks | None = None


def generate(
    video: str | Path,
    recipe: Recipe | None = None,
    *,
    workers: Workers = 0,
    threads: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
    spread_over: Spread | None = None,
    on_need: Callable[[Need], None] | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Generated:
    """Turn a video into a script. Nothing is written but the trace in the cache.

    Args:
        video: The file.
        recipe: The options; None for the defaults.
        workers: Processes that watch segments side by side; 0 takes one a core. A callable tells the cores
            that are granted now; see `watch_with_store`.
        threads: Decoder threads of each process; 0 takes what fills the cores. What is made does not depend
            on it.
        on_progress: Told how far the watching is, at most four times a second.
        spread_over: What carries out the tasks of the segments; None for processes of this machine.
        on_need: Told how much disk the run will take, before the watching begins.
        on_stage: Told what begins: "watching", "composing".

    Raises:
        VideoError: The video cannot be used.
        OutputNotWritable: The trace cannot be kept.
    """
    began = time.perf_counter()
    recipe = recipe or Recipe()
    tell_stage = on_stage or _ignore
    tell_stage("watching")
    # What composes takes half a second to load: that is done while the video is watched.
    Thread(target=_load, args=("funscribe.pipeline.composing",), name="funscribe-load").start()
    with TraceStore() as store:  # the trace stays until the script is made of it
        watched = watch_with_store(
            video,
            recipe,
            store,
            workers,
            on_progress,
            threads=threads,
            spread_over=spread_over,
            on_need=on_need,
        )
        tell_stage("composing")
        from funscribe.pipeline.composing import compose

        made = compose(watched.trace, recipe)
    elapsed_s = time.perf_counter() - began
    return Generated(
        script=made.script,
        signal=made.signal,
        trace=watched.trace,
        folder=watched.folder,
        cached=watched.frames_watched == 0,
        elapsed_s=elapsed_s,
        frames_per_s=len(watched.trace) / elapsed_s,
        peak_rss_mb=watched.peak_rss_mb,
        warnings=(
            *watched.warnings,
            *_axis_warnings(recipe),
            *_model_warnings(watched.trace, made, recipe),
            *_weak_warning(made.signal),
        ),
        tracks=made.tracks,
    )


def _load(module: str) -> None:
    with suppress(ImportError):  # it is told where the module is needed
        import_module(module)


def _ignore(stage: str) -> None:
    pass


def weak_passages(signal: MotionSignal) -> tuple[tuple[float, float], ...]:
    """Return the passages (start and end, s) of low confidence that are long enough to matter."""
    if len(signal) < 2:
        return ()
    found: list[tuple[float, float]] = []
    for start, stop in runs(signal.confidence < _WEAK):
        begin_s, end_s = (float(signal.time_s[i]) for i in (start, stop - 1))
        if found and begin_s - found[-1][1] < _JOIN_S:
            found[-1] = (found[-1][0], end_s)
        else:
            found.append((begin_s, end_s))
    return tuple((begin_s, end_s) for begin_s, end_s in found if end_s - begin_s >= _WEAK_S)


def _axis_warnings(recipe: Recipe) -> tuple[str, ...]:
    """Return which axes were asked for that a flat picture does not show."""
    from funscribe.motion.axes import UNSEEN

    unseen = [axis for axis in recipe.motion.axes if axis in UNSEEN]
    if not unseen:
        return ()
    return (f"{' and '.join(unseen)} cannot be seen in a flat picture and is held at 50",)


def _model_warnings(trace: Trace, made: Composition, recipe: Recipe) -> tuple[str, ...]:
    """Return what the user should know of what the model found."""
    found = trace.detections
    if found is None:
        return ()
    from funscribe.motion.roles import unheeded

    told = []
    if not len(found.xyxy):
        looked = int(found.looked.sum())
        told.append(f"the model found nothing in {looked} pictures: this is the script without a model")
    elif ignored := unheeded(made.tracks, recipe.motion):
        told.append(ignored)
    if found.dropped:
        told.append(f"{found.dropped} boxes of the model made no sense and were left out")
    return tuple(told)


def _weak_warning(signal: MotionSignal) -> tuple[str, ...]:
    passages = weak_passages(signal)
    if not passages:
        return ()
    total_s = sum(end_s - begin_s for begin_s, end_s in passages)
    share = total_s / float(signal.time_s[-1] - signal.time_s[0])
    named = ", ".join(f"{begin_s:.0f}-{end_s:.0f} s" for begin_s, end_s in passages[:_NAMED])
    more = f" and {len(passages) - _NAMED} more" if len(passages) > _NAMED else ""
    return (f"confidence under {_WEAK} at {named}{more} ({share:.0%} of the video): look there first",)
