"""Memory: at the start, at most, and after 1,000 and 10,000 frames, as the system counts it."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from drawn import Clip, looped
from funscribe import Recipe
from funscribe.pipeline import watch_with_store
from funscribe.records import Detections
from funscribe.testing.fields import moving, seconds, trace_of
from funscribe.trace import TraceStore
from funscribe.track import ByteTrack, HybridTracker, Tracker
from measure import FUNSCRIBE, Taken, run, run_generate
from moving import SIZE_WH
from network import write_network
from row import row

Clips = Callable[..., Clip]
SHORT, LONG = 1_000, 10_000
MOST_INITIAL_MB = 250
MOST_MB = {
    "480p": 350,
    "1080p": 350,
    "4K": 500,
    "8K": 800,
}  # docs/benchmarks.md promises those of 1080p and 8K
GROWTH_MB = 20
needs_wait4 = pytest.mark.skipif(not hasattr(os, "wait4"), reason="the peak of a process is told on POSIX")


@pytest.fixture(scope="module")
def long_clip(clips: Clips) -> Clip:
    small = clips("160p")
    return looped(small, LONG // small.frames)


def watch_apart(clip: Clip, *marks: int) -> dict[str, Any]:
    """Return the memory of a process that decodes and measures the field, at some numbers of frames."""
    script = str(Path(__file__).with_name("resident.py"))
    ran = subprocess.run(
        [sys.executable, script, str(clip.path), ",".join(map(str, marks))],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=250,
        check=True,
    )
    return dict(json.loads(ran.stdout))


@pytest.mark.benchmark(group="memory")
def test_at_the_start(benchmark: BenchmarkFixture, long_clip: Clip) -> None:
    code = (
        "import psutil, funscribe, funscribe.pipeline, funscribe.video.pyav, funscribe.field.flow;"
        "print(psutil.Process().memory_info().rss / 1e6)"
    )
    command = [sys.executable, "-c", code]
    taken = row(
        benchmark,
        lambda: subprocess.run(command, capture_output=True, text=True, check=True).stdout,
        rounds=2,
    ).made
    mb = float(taken)
    benchmark.extra_info["mb"] = round(mb, 1)
    assert 10 < mb < MOST_INITIAL_MB


@pytest.mark.benchmark(group="memory")
@pytest.mark.parametrize("frames", [SHORT, LONG])
def test_after_many_frames(benchmark: BenchmarkFixture, long_clip: Clip, frames: int) -> None:
    marks = sorted({SHORT // 2, SHORT, frames})
    told = long_clip.told() | {"frames": frames}
    found = row(benchmark, lambda: watch_apart(long_clip, *marks), rounds=1, warm=False, **told).made
    after = [found["after"][str(mark)] for mark in marks]
    benchmark.extra_info.update(
        initial_mb=round(found["initial"], 1), after_mb=round(after[-1], 1), peak_mb=round(found["peak"], 1)
    )
    assert found["frames"] == frames
    assert found["moved"] > 0  # the field was measured
    assert 10 < found["initial"] < MOST_INITIAL_MB
    assert after[-1] - after[0] < GROWTH_MB
    assert found["peak"] - after[0] < GROWTH_MB


def generate(clip: Clip, *options: str) -> Taken:
    return run_generate(clip.path, "--workers", "1", *options)


@needs_wait4
@pytest.mark.benchmark(group="peak memory of a whole run")
@pytest.mark.parametrize("resolution", list(MOST_MB))
def test_peak_of_one_worker(benchmark: BenchmarkFixture, clips: Clips, resolution: str) -> None:
    clip = clips(resolution)
    taken = row(benchmark, lambda: generate(clip), rounds=1, warm=False, workers=1, **clip.told()).made
    benchmark.extra_info["peak_mb"] = round(taken.peak_mb, 1)
    assert json.loads(taken.stdout)["frames"] == clip.frames
    assert 30 < taken.peak_mb < MOST_MB[resolution]


@needs_wait4
@pytest.mark.benchmark(group="peak memory of a whole run")
def test_peak_of_four_times_the_length(benchmark: BenchmarkFixture, clips: Clips) -> None:
    small = clips("160p")
    short, long = (looped(small, times * SHORT // small.frames) for times in (1, 4))
    before = generate(short)
    taken = row(benchmark, lambda: generate(long), rounds=1, warm=False, **long.told()).made
    grown = taken.peak_mb - before.peak_mb
    benchmark.extra_info.update(peak_mb=round(taken.peak_mb, 1), grown_mb=round(grown, 1))
    assert json.loads(taken.stdout)["frames"] == long.frames
    # What is kept of a frame is 576 bytes of field; composing holds some curves of the whole clip besides.
    assert grown < GROWTH_MB


@needs_wait4
@pytest.mark.benchmark(group="peak memory of a whole run")
def test_peak_with_a_model(benchmark: BenchmarkFixture, clips: Clips, tmp_path: Path) -> None:
    clip = clips("480p")
    network = write_network(tmp_path / "bright.onnx")
    taken = row(
        benchmark, lambda: generate(clip, "--model", str(network)), rounds=1, warm=False, **clip.told()
    ).made
    benchmark.extra_info["peak_mb"] = round(taken.peak_mb, 1)
    assert json.loads(taken.stdout)["precision"] in ("fp32", "bf16", "fp16")
    assert taken.peak_mb < 700


@needs_wait4
@pytest.mark.benchmark(group="peak memory of a whole run")
def test_help_needs_little(benchmark: BenchmarkFixture) -> None:
    taken = row(benchmark, lambda: run([FUNSCRIBE, "--help"]), rounds=2).made
    benchmark.extra_info["peak_mb"] = round(taken.peak_mb, 1)
    assert "generate" in taken.stdout
    assert taken.peak_mb < 120


@pytest.mark.benchmark(group="memory of trackers")
@pytest.mark.parametrize("make", [ByteTrack, lambda: HybridTracker(SIZE_WH)], ids=["bytetrack", "hybrid"])
def test_a_tracker_forgets(benchmark: BenchmarkFixture, make: Callable[[], Tracker]) -> None:
    """Things come and go for 1,500 frames; what a tracker holds does not grow with them."""
    rng = np.random.default_rng(0)
    boxes = rng.uniform([0, 0, 60, 60], [50, 50, 120, 120], (40, 4))

    def pass_by(tracker: Tracker, first: int, count: int) -> int:
        told = 0
        for frame in range(first, first + count):
            shift = (frame // 50 % 8) * 65  # others, elsewhere, every 50 frames
            found = boxes[frame // 50 % 30 :][:8] + np.array([shift, 0, shift, 0])
            told += len(tracker.update(frame / 30, Detections(found, np.full(8, 0.9), np.zeros(8))))
        return told

    tracker = make()
    pass_by(tracker, 0, 1_000)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    told = row(benchmark, lambda: pass_by(tracker, 1_000, 1_500), rounds=1, warm=False, frames=1_500).made
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    benchmark.extra_info["grown_kb"] = round(grown / 1e3, 1)
    assert told > 8_000
    assert grown < 200_000  # bytes


@pytest.mark.benchmark(group="size of traces")
def test_a_trace_on_disk_is_small(benchmark: BenchmarkFixture, clips: Clips, tmp_path: Path) -> None:
    clip = clips("480p")
    store = TraceStore(tmp_path / "traces")
    seen = row(
        benchmark, lambda: watch_with_store(clip.path, Recipe(), store, workers=1), rounds=1, warm=False
    ).made
    size = sum(path.stat().st_size for path in seen.folder.rglob("*") if path.is_file())
    benchmark.extra_info.update(clip.told(), bytes_a_frame=round(size / clip.frames))
    assert len(seen.trace) == clip.frames
    field = seen.trace.field.nbytes / clip.frames
    assert field == 9 * 16 * 2 * 2
    assert size / clip.frames < 4 * field


@pytest.mark.benchmark(group="memory of composing")
def test_composing_needs_some_times_the_trace(benchmark: BenchmarkFixture) -> None:
    from funscribe import compose

    time_s = seconds(240.0)
    trace = trace_of(moving(time_s, y=0.1 * np.sin(2 * np.pi * 1.3 * time_s)), time_s)
    compose(trace)  # what is made once is there
    gc.collect()
    tracemalloc.start()
    made = row(benchmark, lambda: compose(trace), rounds=1, warm=False, frames=len(trace)).made
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    benchmark.extra_info.update(peak_mb=round(peak / 1e6, 1), trace_mb=round(trace.field.nbytes / 1e6, 1))
    assert len(made.signal) == len(trace)
    assert peak < 100 * trace.field.nbytes
