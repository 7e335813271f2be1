"""Fidelity: scripts of scenes whose motion is known, and of real clips whose cycles people counted."""

from __future__ import annotations

from statistics import mean, median
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from funscribe.bench import Clip, CountScore, Job, SceneScore, find_clips, measure, render_once, watch_kept
from funscribe.pipeline import compose
from funscribe.recipe import Recipe
from funscribe.testing import SCENES
from row import row
from setting import Setting

# The first test of a module has all of its clips drawn and watched.
pytestmark = pytest.mark.timeout(1_200)

# The targets of docs/benchmarks.md.
MEDIAN, WORST_F1, MOST_REST, MEAN_ERROR = 0.97, 0.80, 10.0, 0.25
STILL = ("still", "pauses")  # scenes whose rests must be rests
QUVA = "quva"


def scores(setting: Setting, clips: list[Clip]) -> dict[str, Any]:
    """Return the score of each clip by its name; drawn scenes and traces are kept."""
    made = measure([Job(clip, setting.work, Recipe(), None) for clip in clips])
    return {score.name: score for score in made}


@pytest.fixture(scope="module")
def scenes(setting: Setting) -> dict[str, SceneScore]:
    return scores(setting, find_clips(None))


@pytest.fixture(scope="module")
def counted(real: Setting) -> dict[str, CountScore]:
    clips = [clip for clip in find_clips(real.data) if clip.group == QUVA]
    if not clips:
        pytest.skip(f"needs the clips of {real.data / QUVA}")
    return scores(real, clips)


@pytest.mark.benchmark(group="scenes")
@pytest.mark.parametrize("name", list(SCENES))
def test_a_scene_is_followed(
    benchmark: BenchmarkFixture, setting: Setting, scenes: dict[str, SceneScore], name: str
) -> None:
    trace = watch_kept(setting.work, render_once(setting.work, name), Recipe())
    row(benchmark, lambda: compose(trace), rounds=1, warm=False, scene=name, frames=len(trace))
    score, found = scenes[name], scenes[name].scores
    benchmark.extra_info.update(r=found.r, f1=found.f1, rest=found.rest, t_ms=found.t_ms)
    assert score.sign_right is not False
    if found.f1 is not None:
        assert found.f1 >= WORST_F1
    if name in STILL:
        assert found.rest is not None
        assert found.rest <= MOST_REST
    if SCENES[name].direction and found.r is not None:
        assert found.r >= WORST_F1


@pytest.mark.benchmark(group="fidelity")
@pytest.mark.parametrize("figure", ["r", "f1"])
def test_the_median_of_the_scenes(
    benchmark: BenchmarkFixture, scenes: dict[str, SceneScore], figure: str
) -> None:
    values = [getattr(score.scores, figure) for score in scenes.values()]
    known = [value for value in values if value is not None]
    found = row(benchmark, lambda: median(known), figure=figure, scenes=len(known)).made
    benchmark.extra_info.update(median=round(found, 4), worst=round(min(known), 4))
    assert len(known) >= 20
    assert found >= MEDIAN


@pytest.mark.benchmark(group="fidelity")
def test_the_counts_of_people(benchmark: BenchmarkFixture, counted: dict[str, CountScore]) -> None:
    errors = [score.error for score in counted.values()]
    found = row(benchmark, lambda: mean(errors), clips=len(errors)).made
    within = sum(score.within_one for score in counted.values())
    benchmark.extra_info.update(mean_error=round(found, 4), within_one=within)
    assert found <= MEAN_ERROR
    assert within >= 0.7 * len(errors)
