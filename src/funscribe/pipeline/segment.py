"""One segment is watched: every frame is looked at once, and its pixels are forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from funscribe.field.flow import FlowMeter
from funscribe.field.options import FieldOptions
from funscribe.records import Array, VideoInfo
from funscribe.trace.part import Part
from funscribe.trace.store import TraceStore
from funscribe.video.options import VideoOptions
from funscribe.video.segments import Segment
from funscribe.video.source import open_source

if TYPE_CHECKING:
    from funscribe.pipeline.looking import Looked, Lookout, Model

_TELL_EVERY = 16  # frames

Seen = tuple[int, float] | tuple[int, float, int]  # frames, seconds of video, and segments that are done
Report = Callable[[Seen], None]


class SegmentTask(Struct, frozen=True):
    """What a worker needs to watch one segment and to keep what it saw."""

    path: str
    segment: Segment
    video: VideoOptions
    field: FieldOptions
    threads: int
    store: str
    key: str
    model: Model | None = None


def watch_segment(task: SegmentTask, report: Report) -> int:
    """Watch one segment and store its part; return the number of frames seen.

    Args:
        task: What to watch.
        report: Called now and then with the frames and seconds of video seen since the last call, and at the
            end with the one segment that is done besides.
    """
    part = _part_of(task, report)
    TraceStore(Path(task.store)).write_part(task.key, task.segment.index, part)
    report((0, 0.0, 1))
    return len(part.time_s)


def watch_segment_apart(task: SegmentTask, report: Report) -> bytes:
    """Watch one segment where the store is not at hand, and return its part, encoded.

    It may be done anew elsewhere: nothing is written, and the bytes depend on the video and the options
    alone. `funscribe.trace.Part.decode` reads them.

    Args:
        task: What to watch; its store is not used.
        report: As for `watch_segment`.
    """
    data = _part_of(task, report).encode()
    report((0, 0.0, 1))
    return data


def _part_of(task: SegmentTask, report: Report) -> Part:
    part, hurt = _watch(task, task.threads, report)
    if hurt and task.threads != 1:
        # What frame threads make up for missing data depends on which of them is ahead; one thread
        # always makes up the same. The frames were counted already; that it goes on is told.
        part, _ = _watch(task, 1, lambda seen: report((0, 0.0)))
    return part


def _watch(task: SegmentTask, threads: int, report: Report) -> tuple[Part, bool]:
    """Return what was seen of a segment, and whether any of it was damaged."""
    source = open_source(task.path, task.video, threads=threads)
    try:
        # No thread of ours reads ahead: the decoder's own threads do, and one more gained nothing but memory.
        # The frames are closed before the source, for who decodes must not find the file gone.
        with closing(source.between(task.segment.start_pts, task.segment.end_pts)) as frames:
            part = measure(frames, source.info, task.field, report, task.model)
        part = replace(part, overlap=_overlaps(task, source.last_pts), damaged=source.damaged)
        return part, source.damaged > 0 or source.concealed > 0
    finally:
        source.close()


def measure(
    frames: Iterable[Any],
    info: VideoInfo,
    options: FieldOptions,
    report: Report,
    model: Model | None = None,
) -> Part:
    """Measure the field of consecutive frames, and let a model look at those that are due."""
    lookout = _lookout(model, info)
    meter = FlowMeter(options, info.size_wh, info.rotation, info.luma_bits)
    times: list[float] = []
    fields: list[Any] = []
    cuts: list[float] = []
    told = 0
    for frame in frames:
        field, cut = meter.step(frame.luma(), frame.time_s)
        times.append(frame.time_s)
        fields.append(field)
        cuts.append(cut)
        if lookout is not None:
            lookout.see(frame)
        del frame  # its pixels are not needed while the next one is decoded
        if len(times) - told >= _TELL_EVERY:
            report((len(times) - told, times[-1] - times[max(0, told - 1)]))
            told = len(times)
    if told < len(times):
        report((len(times) - told, times[-1] - times[max(0, told - 1)]))
    grid = meter.grid_wh[::-1]
    field_rows = np.array(fields, np.float16).reshape(len(times), *grid, 2)
    looked = lookout.finish() if lookout is not None else None
    return _part(np.array(times), field_rows, np.array(cuts, np.float32), looked)


def _lookout(model: Model | None, info: VideoInfo) -> Lookout | None:
    if model is None:
        return None
    from funscribe.pipeline.looking import Lookout  # without a model nothing of that is loaded

    return Lookout(model, info)


def _part(time_s: Array, field: Array, cut: Array, looked: Looked | None) -> Part:
    if looked is None:
        return Part(time_s, field, cut, False, 0)
    return Part(time_s, field, cut, False, 0, looked.rows, looked.seen_by)


def _overlaps(task: SegmentTask, last_pts: int | None) -> bool:
    end = task.segment.end_pts
    return end is not None and last_pts is not None and last_pts >= end
