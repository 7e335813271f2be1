"""Trackers: how fast they are, and how well what they tell follows things whose way is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import hybrid
import mot
from funscribe.records import TrackRows
from funscribe.track import ByteTrack, HybridTracker, Tracker
from funscribe.track.kalman import COV, POS, VAR, VEL, VEL_VAR, BoxFilter
from moving import FRAMES, MOTIONS, RATE_HZ, SIZE_WH, Crowd, crowd, judge
from row import row, timed
from setting import Setting

MAKERS: dict[str, Callable[[], Tracker]] = {
    "bytetrack": ByteTrack,
    "hybrid": lambda: HybridTracker(SIZE_WH),
}
# What the tracker is shown besides boxes on every fifth frame.
SHOWN = {
    "kalman": {"field": False, "camera": False},
    "kalman and field": {"field": True, "camera": False},
    "full": {"field": True, "camera": True},
}


def follow(scene: Crowd, name: str) -> list[TrackRows]:
    seen = name == "hybrid"
    return scene.follow(MAKERS[name](), field=seen, camera=seen)


@pytest.mark.benchmark(group="trackers")
@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("objects", [2, 5, 10])
@pytest.mark.parametrize("tracker", list(MAKERS))
def test_things_keep_their_names(
    benchmark: BenchmarkFixture, tracker: str, objects: int, motion: str
) -> None:
    scene = crowd(objects, motion)
    told = row(
        benchmark,
        lambda: follow(scene, tracker),
        tracker=tracker,
        objects=objects,
        motion=motion,
        frames=FRAMES,
    ).made
    found = judge(scene, told)
    benchmark.extra_info.update(asdict(found))
    assert len(told) == FRAMES
    assert found.tracks == objects
    assert found.switches == 0  # in 200 frames
    assert found.continuity >= 0.98
    assert found.error_px < 5
    assert found.jitter_px < 1.5  # the boxes themselves jitter by 1.1


@pytest.mark.benchmark(group="smoothness")
@pytest.mark.parametrize("motion", MOTIONS)
def test_the_field_makes_tracks_smoother(benchmark: BenchmarkFixture, motion: str) -> None:
    scene = crowd(5, motion)
    measured = row(
        benchmark,
        lambda: follow(scene, "hybrid"),
        against=lambda: timed(lambda: follow(scene, "bytetrack")),
        tracker="hybrid",
        objects=5,
        motion=motion,
        other="bytetrack",
        frames=FRAMES,
    )
    ours, theirs = judge(scene, measured.made), judge(scene, measured.other)
    benchmark.extra_info.update(jitter_px=ours.jitter_px, other_jitter_px=theirs.jitter_px)
    assert ours.jitter_px < theirs.jitter_px
    assert 0.01 < measured.ratio < 2


@pytest.mark.benchmark(group="what a tracker is shown")
@pytest.mark.parametrize("motion", ["circular", "random"])
@pytest.mark.parametrize("shown", list(SHOWN))
def test_rare_looks(benchmark: BenchmarkFixture, shown: str, motion: str) -> None:
    """A detector on every fifth frame, under a camera that shakes: what the field is there for."""
    scene = crowd(5, motion, every=5, shaken=True)
    told = row(
        benchmark,
        lambda: scene.follow(HybridTracker(SIZE_WH), **SHOWN[shown]),
        tracker=shown,
        objects=5,
        motion=motion,
        looks_hz=RATE_HZ / 5,
        frames=FRAMES,
    ).made
    found = judge(scene, told)
    benchmark.extra_info.update(asdict(found))
    if shown == "kalman":
        assert found.continuity > 0.2  # boxes alone are too rare here to say much
        return
    alone = judge(scene, scene.follow(HybridTracker(SIZE_WH)))
    assert found.switches == 0
    assert found.tracks == 5
    assert found.continuity >= 0.98
    assert found.error_px < 0.6 * alone.error_px
    assert found.jitter_px < 0.5 * alone.jitter_px


@pytest.mark.benchmark(group="kalman")
@pytest.mark.parametrize("form", ["aspect", "size"])
@pytest.mark.parametrize("count", [10, 100, 1000])
def test_the_filter_alone(benchmark: BenchmarkFixture, count: int, form: str) -> None:
    boxes = np.random.default_rng(0).uniform([0, 0, 100, 100], [90, 90, 200, 200], (count, 4))
    kalman = BoxFilter(form)
    step = np.array([3.0, -2.0, 3.0, -2.0])

    def second() -> np.ndarray:
        state = kalman.begin(kalman.measure(boxes))
        for frame in range(1, 31):
            kalman.predict(state, 1 / RATE_HZ)
            measured = kalman.measure(boxes + frame * step)
            kalman.update(state, measured, kalman.noise(state[POS]))
        return state

    state = row(benchmark, second, rounds=5, objects=count, form=form, frames=30).made
    np.testing.assert_allclose(kalman.boxes(state[POS]), boxes + 30 * step, atol=1.0)
    np.testing.assert_allclose(state[VEL, :, :2] / RATE_HZ, np.tile(step[:2], (count, 1)), atol=0.4)
    assert (state[VAR] * state[VEL_VAR] > state[COV] ** 2).all()  # a covariance is positive
    assert (state[VAR] > 0).all()


@pytest.mark.benchmark(group="trackers")
def test_time_grows_no_faster_than_things(benchmark: BenchmarkFixture) -> None:
    few, many = mot.walkers(5, frames=200), mot.walkers(50, frames=200)
    measured = row(
        benchmark,
        lambda: many.follow(ByteTrack(), False, 1),
        against=lambda: timed(lambda: few.follow(ByteTrack(), False, 1)),
        tracker="bytetrack",
        objects=50,
        other="5 objects",
        frames=200,
    )
    assert len(measured.made) > 8 * len(measured.other)
    assert measured.ratio > 1 / 30  # ten times the things take less than thirty times as long


@pytest.mark.benchmark(group="occlusion")
def test_something_passes_before_a_thing(benchmark: BenchmarkFixture, setting: Setting) -> None:
    group = row(benchmark, lambda: hybrid.occlusion(setting), rounds=1, warm=False, tracker="hybrid").made
    benchmark.extra_info.update({line.what: line.reached for line in group.lines})
    asked = [line for line in group.lines if line.asked]
    assert asked
    assert all(line.met for line in asked), asked


@pytest.mark.benchmark(group="reference")
def test_bytetrack_gives_what_another_implementation_gives(
    benchmark: BenchmarkFixture, real: Setting
) -> None:
    if not (real.data / "mot" / "bytetrack_reference").is_dir():
        pytest.skip("needs mot/bytetrack_reference of the real data")
    group = row(benchmark, lambda: mot.reference(real), rounds=1, warm=False, tracker="bytetrack").made
    benchmark.extra_info.update({line.what: line.reached for line in group.lines})
    assert group.lines[0].met, group.lines[0]
