from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from funscribe.pipeline import compose
from funscribe.recipe import Recipe, change
from funscribe.records import Provenance, Trace, VideoInfo

GRID = (9, 16)


def _trace(field: np.ndarray[Any, Any], rate_hz: float = 30.0, **info: Any) -> Trace:
    values = {"duration_s_from_header": len(field) / rate_hz, **info}
    video = VideoInfo(
        "/films/My film.mp4", (64, 36), (64, 36), Fraction(1, 30), 0.0, 0, "h264", "gray", **values
    )
    times = np.arange(len(field)) / rate_hz
    return Trace(times, field, np.zeros(len(field)), video, Provenance("0", "0" * 16, "none"))


def _stroke(count: int = 600, hz: float = 1.0) -> np.ndarray[Any, Any]:
    """The field of something in the middle of the picture that goes up and down."""
    field = np.zeros((count, *GRID, 2))
    velocity = -0.2 * 2 * np.pi * hz * np.cos(2 * np.pi * hz * np.arange(count) / 30)
    field[:, 3:6, 6:10, 1] = velocity[:, None, None]
    return field


def test_a_known_motion_becomes_its_script() -> None:
    made = compose(_trace(_stroke()))
    script = made.script
    assert len(made.signal) == 600
    truth = 50 + 50 * np.sin(2 * np.pi * np.arange(0, 19, 0.01))
    got = np.interp(np.arange(0, 19, 0.01), script.at_ms / 1000, script.pos)
    assert np.corrcoef(truth[100:], got[100:])[0, 1] > 0.97
    assert script.pos.min() <= 10
    assert script.pos.max() >= 90


def test_composing_twice_is_the_same() -> None:
    trace = _trace(_stroke())
    assert compose(trace).script.actions == compose(trace).script.actions


def test_options_reach_their_stages() -> None:
    trace = _trace(_stroke())
    plain = compose(trace, Recipe()).script
    turned = compose(trace, change(Recipe(), ["script.invert=yes"])).script
    narrow = compose(trace, change(Recipe(), ["script.range_low=40", "script.range_high=60"])).script
    at = np.arange(1000, 19_000, 50)
    one, other = (np.interp(at, script.at_ms, script.pos) for script in (plain, turned))
    assert np.corrcoef(one, other)[0, 1] < -0.97
    assert (narrow.pos.min() >= 40, narrow.pos.max() <= 60) == (True, True)


def test_a_script_brings_the_axes_along_that_are_asked_for() -> None:
    field = _stroke()
    sway = 0.5 * np.cos(2 * np.pi * 0.43 * np.arange(600) / 30)
    field[:, 3:6, 6:10, 0] = sway[:, None, None]
    trace = _trace(field)
    plain = compose(trace)
    asked = ["motion.axes=stroke,roll,sway", "script.invert=yes", "script.range_high=80"]
    made = compose(trace, change(Recipe(), asked))
    assert plain.axes == ()
    assert plain.script.axes == {}
    assert made.signal.position.tobytes() == plain.signal.position.tobytes()
    assert [signal.axis for signal in made.axes] == ["roll", "sway"]
    assert set(made.script.axes["roll"].pos.tolist()) == {40}
    at = np.arange(1000, 19_000, 50)
    way = np.sin(2 * np.pi * 0.43 * at / 1000)
    sway_script = made.script.axes["sway"]
    assert np.corrcoef(np.interp(at, sway_script.at_ms, sway_script.pos), way)[0, 1] > 0.95
    assert sway_script.pos.max() <= 80


def test_chapters_begin_where_the_motion_changes() -> None:
    trace = _trace(np.concatenate([_stroke(600, 0.7), _stroke(600, 2.1)]))
    assert compose(trace).script.chapters == ()
    chapters = compose(trace, change(Recipe(), ["motion.chapters=yes"])).script.chapters
    assert [chapter.name.partition(",")[0] for chapter in chapters] == ["medium", "fast"]
    assert [chapter.start_s for chapter in chapters] == pytest.approx([0, 20], abs=1)


def test_the_script_knows_its_film() -> None:
    metadata = compose(_trace(_stroke())).script.metadata
    assert metadata["title"] == "My film"
    assert metadata["duration"] == 20


def test_an_unknown_duration_is_that_of_the_frames() -> None:
    trace = _trace(_stroke(), duration_s_from_header=None)
    assert compose(trace).script.metadata["duration"] in (19, 20)


@pytest.mark.parametrize("count", [3, 4, 10, 31, 90])
def test_clips_shorter_than_a_window(count: int) -> None:
    made = compose(_trace(_stroke(count)))
    assert len(made.signal) == count
    assert np.all(np.isfinite(made.signal.position))
    assert len(made.script) <= count + 2


def test_nothing_moves() -> None:
    script = compose(_trace(np.zeros((600, *GRID, 2)))).script
    assert np.ptp(script.pos) <= 2 if len(script) else True


@pytest.mark.parametrize("rate_hz", [1.0, 5.0, 240.0])
def test_unusual_frame_rates(rate_hz: float) -> None:
    made = compose(_trace(_stroke(60), rate_hz))
    assert len(made.signal) == 60
    assert np.all(np.isfinite(made.signal.position))


@pytest.mark.parametrize("value", [np.finfo(np.float16).max, 1e-7])
def test_extreme_velocities(value: float) -> None:
    rng = np.random.default_rng(2)
    field = rng.choice([-value, value], (90, *GRID, 2))
    made = compose(_trace(field))
    assert np.all(np.isfinite(made.signal.position))
    assert np.all(np.isfinite(made.signal.confidence))


def test_a_gap_in_the_frames_and_cuts_everywhere() -> None:
    trace = _trace(_stroke(300))
    times = trace.time_s + np.where(np.arange(300) > 150, 1000.0, 0.0)
    gap = Trace(times, trace.field, np.ones(300), trace.info, trace.made_by)
    assert len(compose(gap).signal) == 300


def test_frames_that_nearly_coincide() -> None:
    trace = _trace(_stroke(300))
    times = np.sort(np.concatenate([np.arange(150) / 15, np.arange(150) / 15 + 1e-6]))
    close = Trace(times, trace.field, trace.cut, trace.info, trace.made_by)
    assert len(compose(close).script) > 2


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/films/a.b.mp4", "a.b"),
        ("s3://films/a b.mp4", "a b"),
        ("https://me:secret@h/a%20b.mp4?sign=secret/1.2", "a b"),
    ],
)
def test_a_title_is_the_name_of_the_file_alone(path: str, title: str) -> None:
    from funscribe.pipeline.composing import _title

    assert _title(path) == title
