"""The tasks of the segments that are to be watched: in which order, and with how many threads each."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, overload

import msgspec

from funscribe.pipeline.segment import SegmentTask
from funscribe.records import VideoInfo
from funscribe.spread import Workers
from funscribe.video.segments import Segment


class SegmentTasks(Sequence[SegmentTask]):
    """The tasks of some segments, the longest first, so that workers end at about the same time.

    Args:
        segments: What is to be watched.
        info: The video.
        like: A task of any of them; the segment and the threads are filled in.
        workers: Processes that share the tasks, 0 for one a core; or what tells how many cores are granted
            now. Cores that are granted are filled, and no more: a task is given its threads when it is taken.
        finished: Tells how many of the tasks are done.
        threads: Decoder threads of every task, 0 for what fills the cores; of no account where cores are
            granted. The threads of a model are those that fill the cores in any case.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        info: VideoInfo,
        like: SegmentTask,
        workers: Workers,
        finished: Callable[[], int],
        *,
        threads: int = 0,
    ) -> None:
        self._segments = sorted(segments, key=lambda segment: -length_s(segment, info))
        self._like = like
        self._workers = workers
        self._finished = finished
        cores = os.cpu_count() or 1
        fixed = 1 if callable(workers) else min(workers or cores, len(segments))
        filling = threads_of(cores, fixed, len(segments))
        self._threads = [threads] * len(segments) if threads > 0 else filling
        self._engine_threads = max(1, cores // max(1, fixed))

    @property
    def workers(self) -> Workers:
        """Processes that the tasks are to be spread over."""
        if callable(self._workers):
            return self._workers
        return min(self._workers or os.cpu_count() or 1, len(self))

    def __len__(self) -> int:
        return len(self._segments)

    @overload
    def __getitem__(self, index: int) -> SegmentTask: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SegmentTask]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        threads, engine_threads = self._threads[index], self._engine_threads
        if callable(self._workers):
            granted = max(1, self._workers())
            threads = engine_threads = max(1, granted // max(1, len(self) - self._finished()))
        model = self._like.model
        if model is not None:
            model = msgspec.structs.replace(model, threads=engine_threads)
        segment = self._segments[index]
        return msgspec.structs.replace(self._like, segment=segment, threads=threads, model=model)


def threads_of(cores: int, crew: int, tasks: int) -> list[int]:
    """Return the decoder threads for each task, in the order they are taken.

    Workers that fill the cores decode on one thread each: frame threads cost a third more work. Only the
    tasks at the end, beside which cores fall idle, have more.
    """
    each = max(1, cores // max(1, crew))
    alone = max(0, min(crew - 1, tasks - crew))
    return [each] * (tasks - alone) + [max(each, 2)] * alone


def length_s(segment: Segment, info: VideoInfo) -> float:
    """Return how long a segment is (s), as far as the header of the video tells."""
    base = float(info.time_base)
    ends_s = info.origin_s + (info.duration_s_from_header or 0.0)
    start_s = info.origin_s if segment.start_pts is None else segment.start_pts * base
    return (ends_s if segment.end_pts is None else segment.end_pts * base) - start_s
