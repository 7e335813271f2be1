"""Whole runs: each resolution with and without a model, several workers, many videos, long videos."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from drawn import RATE_HZ, RESOLUTIONS, Clip, looped
from funscribe import Recipe, Trace, compose, read_script
from funscribe.jobs import Queue
from funscribe.pipeline import Composition, Watched, watch_with_store
from funscribe.recipe import change
from funscribe.testing.fields import moving, seconds, trace_of
from funscribe.trace import TraceStore
from network import write_network
from row import row, timed

Clips = Callable[..., Clip]
LOOKS_HZ = 10.0
ROUNDS = {"480p": 2, "1080p": 1, "4K": 1, "8K": 1}


class Fresh:
    """Folders in which nothing was kept, one after the other."""

    def __init__(self, root: Path) -> None:
        self._root, self._count = root, itertools.count()

    def folder(self) -> Path:
        path = self._root / str(next(self._count))
        path.mkdir()
        return path

    def watch(self, clip: Clip, recipe: Recipe, workers: int = 1) -> Watched:
        return watch_with_store(clip.path, recipe, TraceStore(self.folder()), workers)

    def whole(self, clip: Clip, recipe: Recipe) -> tuple[Trace, Composition]:
        trace = self.watch(clip, recipe).trace
        return trace, compose(trace, recipe)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    yield Fresh(tmp_path)
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture(scope="module")
def with_model(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    network = write_network(tmp_path_factory.mktemp("network") / "bright.onnx")
    return change(Recipe(), [f"detect.model={network}", f"detect.rate_hz={LOOKS_HZ}", "detect.device=cpu"])


def assert_whole(clip: Clip, made: tuple[Trace, Composition]) -> None:
    trace, composed = made
    assert len(trace) == len(composed.signal) == clip.frames
    np.testing.assert_allclose(trace.time_s, np.arange(clip.frames) / RATE_HZ, atol=1e-4)
    assert all(0 <= action.pos <= 100 for action in composed.script.actions)
    assert composed.script.actions[-1].at_ms <= 1000 * clip.frames / RATE_HZ


@pytest.mark.benchmark(group="whole run")
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_whole_run(benchmark: BenchmarkFixture, clips: Clips, fresh: Fresh, resolution: str) -> None:
    clip = clips(resolution)
    made = row(
        benchmark,
        lambda: fresh.whole(clip, Recipe()),
        rounds=ROUNDS[resolution],
        warm=False,
        model="none",
        **clip.told(),
    ).made
    assert_whole(clip, made)
    assert made[0].detections is None
    assert np.abs(made[0].field).max() > 0.05


@pytest.mark.benchmark(group="whole run")
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_whole_run_with_a_model(
    benchmark: BenchmarkFixture, clips: Clips, fresh: Fresh, with_model: Recipe, resolution: str
) -> None:
    clip = clips(resolution)
    fresh.watch(clips("160p"), with_model)  # the model is compiled
    measured = row(
        benchmark,
        lambda: fresh.whole(clip, with_model),
        against=lambda: timed(lambda: fresh.whole(clip, Recipe())),
        rounds=ROUNDS[resolution],
        warm=False,
        model="bright",
        looks_hz=LOOKS_HZ,
        other="without a model",
        **clip.told(),
    )
    assert_whole(clip, measured.made)
    looked = measured.made[0].detections.looked
    assert looked.sum() == -(-clip.frames * LOOKS_HZ // RATE_HZ)  # on each tenth of a second, and the first
    np.testing.assert_array_equal(measured.made[0].field, measured.other[0].field)
    assert 0.01 < measured.ratio < 2


@pytest.mark.benchmark(group="workers within a video")
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_nothing_but_the_time(
    benchmark: BenchmarkFixture, clips: Clips, fresh: Fresh, workers: int
) -> None:
    clip = looped(clips("480p"), 8)
    recipe = change(Recipe(), ["video.segment_s=3"])
    measured = row(
        benchmark,
        lambda: fresh.watch(clip, recipe, workers),
        against=lambda: timed(lambda: fresh.watch(clip, recipe)),
        rounds=1,
        warm=False,
        workers=workers,
        other="1 worker",
        **clip.told(),
    )
    ours, alone = measured.made.trace, measured.other.trace
    assert 0 <= measured.made.frames_watched - clip.frames <= 5  # each segment begins one frame early
    np.testing.assert_array_equal(ours.time_s, alone.time_s)
    np.testing.assert_array_equal(ours.field, alone.field)
    np.testing.assert_array_equal(ours.cut, alone.cut)
    assert measured.ratio < 2 * workers


@pytest.mark.benchmark(group="many videos")
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_five_videos_through_the_queue(
    benchmark: BenchmarkFixture,
    clips: Clips,
    fresh: Fresh,
    monkeypatch: pytest.MonkeyPatch,
    workers: int,
) -> None:
    small = clips("480p")
    batch = [looped(small, times) for times in range(2, 7)]

    def carry_out() -> Path:
        folder = fresh.folder()
        monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(folder / "traces"))
        with Queue(folder / "queue.db") as queue:
            numbers = queue.add([clip.path for clip in batch], output=folder)
            report = queue.run(workers=workers)
            states = [queue.status(number).state for number in numbers]
        assert (report.done, report.failed, states) == (5, 0, ["done"] * 5)
        return folder

    folder = row(
        benchmark,
        carry_out,
        rounds=1,
        warm=False,
        workers=workers,
        videos=len(batch),
        resolution="480p",
        frames=sum(clip.frames for clip in batch),
    ).made
    for clip in batch:
        made = read_script(folder / f"{clip.path.stem}.funscript")
        alone = fresh.whole(clip, Recipe())[1].script
        assert made.actions == alone.actions


@pytest.mark.benchmark(group="kept traces")
def test_what_was_watched_is_not_watched_again(
    benchmark: BenchmarkFixture, clips: Clips, fresh: Fresh
) -> None:
    clip = looped(clips("480p"), 4)
    store = TraceStore(fresh.folder())
    first = watch_with_store(clip.path, Recipe(), store, 1)
    measured = row(
        benchmark,
        lambda: watch_with_store(clip.path, Recipe(), store, 1),
        against=lambda: timed(lambda: fresh.watch(clip, Recipe())),
        rounds=1,
        other="nothing kept",
        **clip.told(),
    )
    assert (first.frames_watched, measured.made.frames_watched) == (clip.frames, 0)
    np.testing.assert_array_equal(measured.made.trace.field, first.trace.field)
    assert measured.ratio > 1


@pytest.mark.benchmark(group="length")
def test_watching_takes_as_long_as_the_video_is(
    benchmark: BenchmarkFixture, clips: Clips, fresh: Fresh
) -> None:
    short, long = looped(clips("160p"), 2), looped(clips("160p"), 16)
    measured = row(
        benchmark,
        lambda: fresh.watch(long, Recipe()),
        against=lambda: timed(lambda: fresh.watch(short, Recipe())),
        rounds=1,
        warm=False,
        other="an eighth of the length",
        **long.told(),
    )
    assert len(measured.made.trace) == 8 * len(measured.other.trace)
    assert measured.ratio > 1 / 40


@pytest.mark.benchmark(group="length")
@pytest.mark.parametrize("minutes", [1, 4])
def test_composing_a_long_trace(benchmark: BenchmarkFixture, minutes: int) -> None:
    def strokes(duration_s: float) -> Trace:
        time_s = seconds(duration_s)
        return trace_of(moving(time_s, y=0.12 * np.sin(2 * np.pi * 1.3 * time_s)), time_s)

    long, short = strokes(60.0 * minutes), strokes(15.0 * minutes)
    measured = row(
        benchmark,
        lambda: compose(long),
        against=lambda: timed(lambda: compose(short)),
        other="a quarter of the length",
        minutes=minutes,
        frames=len(long),
    )
    assert len(measured.made.signal) == len(long) == 60 * minutes * RATE_HZ
    tops = sum(1 for action in measured.made.script.actions if action.pos > 90)
    assert tops >= 0.9 * 1.3 * 60 * minutes  # a top for nearly every stroke
    assert measured.ratio > 1 / 40  # four times the length takes less than forty times as long
