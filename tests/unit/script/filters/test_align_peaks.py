import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse

STROKES = Script(np.arange(9) * 500, [50, 80, 20, 95, 10, 70, 30, 90, 50])


def test_tops_and_bottoms_reach_the_farthest_of_them():
    got = parse("align_peaks")(STROKES)
    assert got.pos[1:-1].tolist() == [95, 10, 95, 10, 95, 10, 95]
    assert np.array_equal(got.at_ms, STROKES.at_ms)


def test_or_the_height_of_most():
    got = parse("align_peaks(to=median)")(STROKES)
    assert got.pos[1:-1].tolist() == [85, 20, 85, 20, 85, 20, 85]


def test_tops_alone_or_bottoms_alone():
    assert parse("align_peaks(which=tops)")(STROKES).pos[1:-1].tolist() == [95, 20, 95, 10, 95, 30, 95]
    assert parse("align_peaks(which=bottoms)")(STROKES).pos[1:-1].tolist() == [80, 10, 95, 10, 70, 10, 90]


def test_between_them_it_moves_evenly_and_makes_no_steps():
    at = np.arange(0, 4001, 20)
    wave = Script(at, np.interp(at, STROKES.at_ms, STROKES.pos))
    got = parse("align_peaks")(wave)
    assert np.abs(np.diff(got.pos)).max() <= np.abs(np.diff(wave.pos)).max() + 3
    assert got.pos.max() == 95
    assert got.pos.min() == 10


def test_what_does_not_turn_stays():
    script = Script([0, 100, 200], [0, 50, 100])
    assert parse("align_peaks")(script).pos.tolist() == [0, 50, 100]
