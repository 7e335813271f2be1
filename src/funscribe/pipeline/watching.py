"""A video becomes a trace: segment by segment, in parallel, going on where an earlier run stopped."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from funscribe import __version__
from funscribe.errors import TraceCorrupted, VideoTooShort, VideoUnreadable
from funscribe.files import printable
from funscribe.monitor import Monitor, Progress
from funscribe.pipeline.need import Need, need_of
from funscribe.pipeline.segment import SegmentTask, watch_segment, watch_segment_apart
from funscribe.pipeline.tasks import SegmentTasks
from funscribe.recipe import Recipe
from funscribe.records import Provenance, Trace, VideoInfo
from funscribe.spread import Finished, Spread, Workers, spread
from funscribe.trace import Part, TraceStore, join_parts, trace_key
from funscribe.urls import shown
from funscribe.video.segments import Segment, plan_segments
from funscribe.video.source import probe

if TYPE_CHECKING:
    from funscribe.pipeline.looking import Model

_FEWEST_FRAMES = 3


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
    workers: Workers = 0,
    threads: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Trace:
    """Watch a video and return its trace; what was watched before is not watched again.

    Args:
        video: The file.
        recipe: The options; None for the defaults.
        workers: Processes that watch segments side by side; 0 takes one a core.
        threads: Decoder threads of each of them; see `watch_with_store`.
        on_progress: Told how far it is, at most four times a second.

    Raises:
        VideoError: The video cannot be used.
        OutputNotWritable: The trace cannot be kept.
    """
    with TraceStore() as store:
        return watch_with_store(video, recipe or Recipe(), store, workers, on_progress, threads=threads).trace


def watch_with_store(
    video: str | Path,
    recipe: Recipe,
    store: TraceStore,
    workers: Workers = 0,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    threads: int = 0,
    spread_over: Spread | None = None,
    on_need: Callable[[Need], None] | None = None,
) -> Watched:
    """Watch a video with a trace store of the caller's choice, and tell how it went.

    Args:
        video: The file.
        recipe: The options.
        store: Where the trace is kept.
        workers: Processes that watch segments side by side; 0 takes one a core. A callable tells the cores
            that are granted now: it is asked again and again, and all of them are used and no more. What is
            seen does not depend on it.
        on_progress: Told how far it is, at most four times a second.
        threads: Decoder threads of each process; 0 takes what fills the cores, as do workers that a callable
            tells. What is seen does not depend on it.
        spread_over: What carries out the tasks of the segments instead of processes of this machine; they
            are then of `watch_segment_apart`.
        on_need: Told how much disk the run will take, before it begins.

    Raises:
        VideoError: The video cannot be used.
        OutputNotWritable: The trace cannot be kept.
    """
    path = str(video)
    model, seen_with = _model_of(recipe)
    key = trace_key(path, recipe.watched_part() + seen_with)
    warnings: list[str] = []
    plan = _plan(path, recipe, store, key, warnings)
    done, missing = _look_up(plan, store, key, warnings)
    monitor = Monitor(plan.info.duration_s_from_header, on_progress, done_s=_span_s(done))
    monitor.segments, monitor.segments_done = len(plan.segments), len(done)
    need = need_of(plan.info, missing, recipe)
    if missing:
        store.shrink(need.trace)  # before the need is told: old traces are no reason to find the disk full
    if on_need is not None:
        on_need(need)
    like = SegmentTask(path, plan.segments[0], recipe.video, recipe.field, 1, str(store.root), key, model)
    tasks = SegmentTasks(
        missing, plan.info, like, workers, lambda: monitor.segments_done - len(done), threads=threads
    )
    if spread_over is None:
        spread(watch_segment, tasks, tasks.workers, lambda seen: monitor.add(*seen))
    else:
        _watch_apart(tasks, spread_over, store, monitor)
    monitor.finish()
    parts = [done.get(s.index) or _stored(store, key, s.index) for s in plan.segments]
    made_by = Provenance(__version__, recipe.digest(), f"PyAV {version('av')} {plan.info.codec}")
    if model is not None:
        made_by = dataclasses.replace(made_by, model=Path(model.path).name, model_sha256=model.sha256)
    trace = join_parts(parts, plan.info, made_by)
    _check(trace, recipe)
    if trace.damaged:
        warnings.append(f"{trace.damaged} damaged packets or frames were left out")
    return Watched(trace, store.folder(key), monitor.frames, monitor.peak_rss_mb, tuple(warnings))


def _watch_apart(tasks: SegmentTasks, spread_over: Spread, store: TraceStore, monitor: Monitor) -> None:
    """Have segments watched elsewhere; each part is kept as soon as it is told."""
    kept: set[int] = set()

    def keep(at: int, data: bytes) -> None:
        if at in kept:
            return
        task = tasks[at]
        part = Part.decode(data, str(store.part_path(task.key, task.segment.index)))
        store.write_part(task.key, task.segment.index, part)
        kept.add(at)

    def tell(said: Any) -> None:
        if isinstance(said, Finished):
            keep(said.at, said.result)
        else:
            monitor.add(*said)

    for at, data in enumerate(spread_over(watch_segment_apart, tasks, tasks.workers, tell)):
        keep(at, data)


def _model_of(recipe: Recipe) -> tuple[Model | None, bytes]:
    """Return the model that looks, and what of it changes what is seen."""
    if not recipe.detect.model:
        return None, b""
    from funscribe.pipeline.looking import model_of, seen_with

    model = model_of(recipe)
    return model, seen_with(model)


def _plan(path: str, recipe: Recipe, store: TraceStore, key: str, warnings: list[str]) -> Plan:
    """Return the plan of a trace, held from here on; what cannot be watched leaves nothing behind."""
    fresh = None
    if _noted(store, key, warnings) is None:
        store.remove(key)  # a damaged one goes, unless another run is making it again
        fresh = Plan(probe(path), plan_segments(path, recipe.video))
    store.open(key)
    plan = _noted(store, key, warnings)  # another run may have removed or made it meanwhile
    if plan is not None:  # the same video may have had another name when it was watched
        return Plan(dataclasses.replace(plan.info, path=path), plan.segments)
    plan = fresh or Plan(probe(path), plan_segments(path, recipe.video))
    kept = dataclasses.replace(plan.info, path=printable(shown(path)))
    store.write_note(key, Plan(kept, plan.segments))
    return plan


def _noted(store: TraceStore, key: str, warnings: list[str]) -> Plan | None:
    try:
        return store.read_note(key, Plan)
    except TraceCorrupted as error:
        warnings.append(f"the stored trace was damaged and is made again ({error})")
        return None


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
    info, bound, name = trace.info, recipe.video.max_damaged, shown(trace.info.path)
    count = len(trace)
    if count < _FEWEST_FRAMES and trace.damaged == 0 and (info.frame_count_from_header or 0) < _FEWEST_FRAMES:
        raise VideoTooShort(
            f"{name} has {count} frame{'s' * (count != 1)}; motion needs at least {_FEWEST_FRAMES}"
        )
    promised_s = info.duration_s_from_header or 0.0
    seen_s = float(trace.time_s[-1]) if count else 0.0
    missing = 1 - seen_s / promised_s if promised_s > 1 else 0.0
    damaged = trace.damaged / max(1, count + trace.damaged)
    remedy = "copy it again, or raise video.max_damaged to script what is there"
    if count < _FEWEST_FRAMES or damaged > bound:
        raise VideoUnreadable(
            f"{name}: {trace.damaged} of {count + trace.damaged} packets or frames are damaged; {remedy}"
        )
    if missing > bound:
        raise VideoUnreadable(
            f"{name} is cut short: it ends at {seen_s:.1f} s of {promised_s:.1f} s; {remedy}"
        )
