"""A video becomes a trace: segment by segment, in parallel, going on where an earlier run stopped."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from funscribe import __version__
from funscribe.errors import TraceCorrupted, VideoTooShort, VideoUnreadable
from funscribe.files import printable
from funscribe.monitor import Monitor, Progress
from funscribe.pipeline.segment import SegmentTask, watch_segment
from funscribe.recipe import Recipe
from funscribe.records import Provenance, Trace, VideoInfo
from funscribe.spread import spread
from funscribe.trace import Part, TraceStore, join_parts, trace_key
from funscribe.video.segments import Segment, plan_segments
from funscribe.video.source import probe

if TYPE_CHECKING:
    from funscribe.pipeline.looking import Model

_FEWEST_FRAMES = 3

Workers = int | Callable[[], int]
Spread = Callable[[Callable[[Any, Any], Any], Sequence[Any], Workers, Callable[[Any], None]], list[Any]]


class Plan(msgspec.Struct, frozen=True):
    """What is known of a video before it is watched; kept with its trace."""

    info: VideoInfo
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """A trace and how it was come by.

    Attributes:
        trace: What was seen.
        folder: Where it is kept.
        frames_watched: Frames that had to be decoded in this run.
        peak_rss_mb: Largest memory of this process and its workers that was seen (MB).
        warnings: What the user should know.
    """

    trace: Trace
    folder: Path
    frames_watched: int
    peak_rss_mb: float
    warnings: tuple[str, ...]


def watch(
    video: str | Path,
    recipe: Recipe | None = None,
    *,
    workers: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Trace:
    """Watch a video and return its trace; what was watched before is not watched again.

    Args:
        video: The file.
        recipe: The options; None for the defaults.
        workers: Processes that watch segments side by side; 0 takes one a core.
        on_progress: Told how far it is, at most four times a second.

    Raises:
        VideoError: The video cannot be used.
        OutputNotWritable: The trace cannot be kept.
    """
    return watch_with_store(video, recipe or Recipe(), TraceStore(), workers, on_progress).trace


def watch_with_store(
    video: str | Path,
    recipe: Recipe,
    store: TraceStore,
    workers: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Watched:
    """Watch a video with a trace store of the caller's choice, and tell how it went."""
    path = str(video)
    model, seen_with = _model_of(recipe)
    key = trace_key(path, recipe.watched_part() + seen_with)
    warnings: list[str] = []
    plan = _plan(path, recipe, store, key, warnings)
    store.open(key)
    done, missing = _look_up(plan, store, key, warnings)
    monitor = Monitor(plan.info.duration_s_from_header, on_progress, done_s=_span_s(done))
    cores = os.cpu_count() or 1
    crew = min(workers or cores, len(missing))
    threads = _threads(cores, crew, len(missing))
    # The longest first, so that the workers end at about the same time.
    missing.sort(key=lambda segment: -_length_s(segment, plan.info))
    if model is not None:
        model = msgspec.structs.replace(model, threads=max(1, cores // max(1, crew)))
    tasks = [
        SegmentTask(path, segment, recipe.video, recipe.field, count, str(store.root), key, model)
        for segment, count in zip(missing, threads, strict=True)
    ]
    spread(watch_segment, tasks, crew, lambda seen: monitor.add(*seen))
    monitor.sample()
    parts = [done.get(s.index) or _stored(store, key, s.index) for s in plan.segments]
    made_by = Provenance(__version__, recipe.digest(), f"PyAV {version('av')} {plan.info.codec}")
    if model is not None:
        made_by = dataclasses.replace(made_by, model=Path(model.path).name, model_sha256=model.sha256)
    trace = join_parts(parts, plan.info, made_by)
    _check(trace, recipe)
    if missing:
        store.shrink()
    if trace.damaged:
        warnings.append(f"{trace.damaged} damaged packets or frames were left out")
    return Watched(trace, store.folder(key), monitor.frames, monitor.peak_rss_mb, tuple(warnings))


def _model_of(recipe: Recipe) -> tuple[Model | None, bytes]:
    """Return the model that looks, and what of it changes what is seen."""
    if not recipe.detect.model:
        return None, b""
    from funscribe.pipeline.looking import model_of, seen_with

    model = model_of(recipe)
    return model, seen_with(model)


def _threads(cores: int, crew: int, tasks: int) -> list[int]:
    """Return the decoder threads for each task, in the order they are taken.

    Workers that fill the cores decode on one thread each: frame threads cost a third more work. Only the
    tasks at the end, beside which cores fall idle, have more.
    """
    each = max(1, cores // max(1, crew))
    alone = max(0, min(crew - 1, tasks - crew))
    return [each] * (tasks - alone) + [max(each, 2)] * alone


def _length_s(segment: Segment, info: VideoInfo) -> float:
    base = float(info.time_base)
    ends_s = info.origin_s + (info.duration_s_from_header or 0.0)
    start_s = info.origin_s if segment.start_pts is None else segment.start_pts * base
    return (ends_s if segment.end_pts is None else segment.end_pts * base) - start_s


def _plan(path: str, recipe: Recipe, store: TraceStore, key: str, warnings: list[str]) -> Plan:
    try:
        plan = store.read_note(key, Plan)
        if plan is not None:  # the same video may have had another name when it was watched
            return Plan(dataclasses.replace(plan.info, path=path), plan.segments)
    except TraceCorrupted as error:
        warnings.append(f"the stored trace was damaged and is made again ({error})")
        store.remove(key)
    plan = Plan(probe(path), plan_segments(path, recipe.video))
    store.open(key)  # only now: what cannot be watched leaves nothing behind
    kept = dataclasses.replace(plan.info, path=printable(path))
    store.write_note(key, Plan(kept, plan.segments))
    return plan


def _look_up(
    plan: Plan, store: TraceStore, key: str, warnings: list[str]
) -> tuple[dict[int, Part], list[Segment]]:
    """Return the parts that are there already, and the segments still to be watched."""
    done: dict[int, Part] = {}
    missing: list[Segment] = []
    for segment in plan.segments:
        try:
            part = store.read_part(key, segment.index)
        except TraceCorrupted as error:
            warnings.append(f"a stored segment was damaged and is watched again ({error})")
            part = None
        if part is None:
            missing.append(segment)
        else:
            done[segment.index] = part
    return done, missing


def _stored(store: TraceStore, key: str, index: int) -> Part:
    part = store.read_part(key, index)
    if part is None:
        raise TraceCorrupted(
            f"{store.part_path(key, index)} vanished while it was needed; keep the cache alone and run again"
        )
    return part


def _span_s(parts: dict[int, Part]) -> float:
    return sum(float(part.time_s[-1] - part.time_s[0]) for part in parts.values() if len(part.time_s))


def _check(trace: Trace, recipe: Recipe) -> None:
    """Refuse a video of which too little could be seen.

    Raises:
        VideoTooShort: There are too few frames for motion.
        VideoUnreadable: More than the bound is missing or damaged.
    """
    info, bound = trace.info, recipe.video.max_damaged
    count = len(trace)
    if count < _FEWEST_FRAMES and trace.damaged == 0 and (info.frame_count_from_header or 0) < _FEWEST_FRAMES:
        raise VideoTooShort(
            f"{info.path} has {count} frame{'s' * (count != 1)}; motion needs at least {_FEWEST_FRAMES}"
        )
    promised_s = info.duration_s_from_header or 0.0
    seen_s = float(trace.time_s[-1]) if count else 0.0
    missing = 1 - seen_s / promised_s if promised_s > 1 else 0.0
    damaged = trace.damaged / max(1, count + trace.damaged)
    remedy = "copy it again, or raise video.max_damaged to script what is there"
    if count < _FEWEST_FRAMES or damaged > bound:
        raise VideoUnreadable(
            f"{info.path}: {trace.damaged} of {count + trace.damaged} packets or frames are damaged; {remedy}"
        )
    if missing > bound:
        raise VideoUnreadable(
            f"{info.path} is cut short: it ends at {seen_s:.1f} s of {promised_s:.1f} s; {remedy}"
        )
