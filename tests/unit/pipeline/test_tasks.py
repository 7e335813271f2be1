import os
from fractions import Fraction

import msgspec
import pytest

from funscribe.detect.options import DetectOptions
from funscribe.field.options import FieldOptions
from funscribe.pipeline.looking import Model
from funscribe.pipeline.segment import SegmentTask
from funscribe.pipeline.tasks import SegmentTasks, threads_of
from funscribe.records import VideoInfo
from funscribe.spread import Workers
from funscribe.video.options import VideoOptions
from funscribe.video.segments import Segment

INFO = VideoInfo("a.mp4", (64, 48), (64, 48), Fraction(1, 10), 0.0, 0, "h264", "gray", 8, "flat", 12.0)
SEGMENTS = (Segment(0, None, 20), Segment(1, 20, 80), Segment(2, 80, 90), Segment(3, 90, None))
LIKE = SegmentTask("a.mp4", SEGMENTS[0], VideoOptions(), FieldOptions(), 1, "store", "0" * 32)


def _tasks(workers: Workers, done: list[int] | None = None) -> SegmentTasks:
    return SegmentTasks(SEGMENTS, INFO, LIKE, workers, lambda: len(done or []))


def test_the_longest_come_first_and_each_is_its_own() -> None:
    tasks = _tasks(1)
    assert [task.segment.index for task in tasks] == [1, 3, 0, 2]
    assert {task.key for task in tasks} == {LIKE.key}
    assert tasks[-1].segment.index == 2
    assert [task.segment.index for task in tasks[1:3]] == [3, 0]
    assert len(tasks) == 4
    with pytest.raises(IndexError):
        tasks[4]


@pytest.mark.parametrize(("given", "wanted"), [(0, min(4, os.cpu_count() or 1)), (1, 1), (3, 3), (99, 4)])
def test_no_more_workers_than_tasks(given: int, wanted: int) -> None:
    assert _tasks(given).workers == wanted


def test_nothing_to_do() -> None:
    tasks = SegmentTasks((), INFO, LIKE, 0, lambda: 0)
    assert list(tasks) == []
    assert tasks.workers == 0


@pytest.mark.parametrize(
    ("granted", "finished", "threads"),
    [(1, 0, 1), (0, 0, 1), (4, 0, 1), (8, 0, 2), (9, 0, 2), (4, 2, 2), (4, 3, 4), (1, 3, 1), (3, 2, 1)],
)
def test_what_is_granted_is_filled_and_no_more(granted: int, finished: int, threads: int) -> None:
    tasks = _tasks(lambda: granted, [0] * finished)
    assert tasks[finished].threads == threads
    assert callable(tasks.workers)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_threads_that_are_set_are_those_of_every_task(workers: int) -> None:
    model = Model("m.onnx", "0" * 64, DetectOptions(), threads=7)
    like = msgspec.structs.replace(LIKE, model=model)
    filling, fixed = (
        SegmentTasks(SEGMENTS, INFO, like, workers, lambda: 0, threads=count) for count in (0, 5)
    )
    assert [task.threads for task in fixed] == [5] * 4
    assert fixed.workers == filling.workers
    assert [task.model for task in fixed] == [task.model for task in filling], "the engine fills the cores"


def test_granted_cores_are_filled_whatever_threads_are_set() -> None:
    tasks = SegmentTasks(SEGMENTS, INFO, LIKE, lambda: 8, lambda: 0, threads=5)
    assert {task.threads for task in tasks} == {2}


def test_the_threads_are_those_of_the_moment() -> None:
    now = [1]
    done: list[int] = []
    tasks = _tasks(lambda: now[0], done)
    assert tasks[0].threads == 1
    done.append(0)
    now[0] = 6
    assert tasks[1].threads == 2
    done += [1, 2]
    assert tasks[3].threads == 6


@pytest.mark.parametrize(
    ("cores", "crew", "tasks", "threads"),
    [
        (2, 0, 0, []),
        (2, 1, 1, [2]),
        (2, 1, 3, [2, 2, 2]),
        (2, 2, 2, [1, 1]),
        (2, 2, 3, [1, 1, 2]),
        (2, 2, 5, [1, 1, 1, 1, 2]),
        (8, 4, 6, [2, 2, 2, 2, 2, 2]),
        (4, 4, 9, [1, 1, 1, 1, 1, 1, 2, 2, 2]),
        (4, 8, 9, [1, 1, 1, 1, 1, 1, 1, 1, 2]),
    ],
)
def test_threads_and_workers_fill_the_cores(cores: int, crew: int, tasks: int, threads: list[int]) -> None:
    assert threads_of(cores, crew, tasks) == threads
