import numpy as np
import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse

STROKES = Script([0, 480, 1030, 1490, 2300, 3000], [0, 100, 0, 100, 0, 50])


def test_turning_points_go_onto_beats_that_are_near():
    got = parse("snap(beats_s=[0.5, 1, 1.5, 2, 2.5], within_ms=100)")(STROKES)
    assert got.at_ms.tolist() == [0, 500, 1000, 1500, 2300, 3000]
    assert got.pos.tolist() == STROKES.pos.tolist()


def test_even_beats():
    assert parse("snap(bpm=120)")(STROKES).at_ms.tolist() == [0, 500, 1000, 1500, 2300, 3000]
    assert parse("snap(bpm=60, first_s=0.45)")(STROKES).at_ms.tolist() == [0, 450, 1030, 1450, 2300, 3000]


def test_what_lies_between_moves_along():
    script = Script([0, 240, 480, 780, 1000], [0, 50, 100, 50, 0])
    got = parse("snap(beats_s=[0.5])")(script)
    assert got.at_ms.tolist() == [0, 250, 500, 788, 1000]


def test_a_beat_takes_the_nearest_turning_point_alone():
    script = Script([0, 470, 520, 1000], [0, 90, 10, 60])
    assert parse("snap(beats_s=[0.5])")(script).at_ms.tolist() == [0, 470, 500, 1000]


def test_every_turning_point_keeps_its_height():
    rng = np.random.default_rng(1)
    at = np.cumsum(rng.integers(20, 300, 400))
    script = Script(at, np.where(np.arange(400) % 2, rng.integers(60, 101, 400), rng.integers(0, 41, 400)))
    got = parse("snap(bpm=180, within_ms=200)")(script)
    assert got.pos.tolist() == script.pos.tolist()
    assert np.abs(got.at_ms - script.at_ms).max() <= 200


@pytest.mark.parametrize("text", ["snap", "snap(beats_s=[])", "snap(bpm=0)"])
def test_no_beats_change_nothing(text):
    assert np.array_equal(parse(text)(STROKES).at_ms, STROKES.at_ms)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("snap(beats_s=[-1])", "beats must lie between"),
        ("snap(bpm=0.5)", "at least 1"),
        ("snap(beats_s=fast)", "array"),
        ("snap(beats_s=[1, x])", "list"),
    ],
)
def test_beats_that_are_none_are_refused(text, said):
    with pytest.raises(FilterInvalid, match=said):
        parse(text)
