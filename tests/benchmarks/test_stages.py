"""The stages one by one, timed by pytest-benchmark.

.venv/bin/python -m pytest -o addopts=--import-mode=importlib tests/benchmarks
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from funscribe import Trace, compose, frames, probe
from funscribe.field import FieldOptions, FlowMeter
from funscribe.pipeline import watch_with_store
from funscribe.recipe import Recipe
from funscribe.testing import SCENES, render
from funscribe.trace import TraceStore

FRAMES = 150


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = replace(SCENES["oblique"], duration_s=FRAMES / 30)
    return render(scene, tmp_path_factory.mktemp("stages") / "oblique.mp4")


@pytest.fixture(scope="module")
def trace(clip: Path) -> Trace:
    return watch_with_store(clip, Recipe(), TraceStore(clip.with_name("traces")), workers=1).trace


def test_decode(benchmark: BenchmarkFixture, clip: Path) -> None:
    count = benchmark(lambda: sum(1 for frame in frames(clip) if frame.luma().size))
    assert count == FRAMES


def test_field(benchmark: BenchmarkFixture, clip: Path) -> None:
    info = probe(clip)
    pictures = [(frame.luma().copy(), frame.time_s) for frame in frames(clip)]

    def measure() -> int:
        meter = FlowMeter(FieldOptions(), info.size_wh, info.rotation, info.luma_bits)
        return sum(meter.step(*picture)[0].size > 0 for picture in pictures)

    assert benchmark(measure) == FRAMES


def test_compose(benchmark: BenchmarkFixture, trace: Trace) -> None:
    made = benchmark(compose, trace)
    assert len(made.signal) == FRAMES
