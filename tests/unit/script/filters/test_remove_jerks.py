import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse

# A stroke up from 0 to 100 that goes back from 60 to 50 on its way.
STROKE = Script([0, 200, 280, 300, 340, 400, 600, 1200], [0, 45, 55, 60, 50, 62, 100, 0])


def test_a_small_reversal_within_a_stroke_goes():
    got = parse("remove_jerks")(STROKE)
    assert got.at_ms.tolist() == [0, 200, 400, 600, 1200]
    assert got.pos.tolist() == [0, 45, 62, 100, 0]
    assert np.all(np.diff(got.pos[:4]) > 0)


def test_what_is_deeper_longer_or_in_a_small_stroke_stays():
    for text in ("remove_jerks(depth=9)", "remove_jerks(longest_ms=30)"):
        assert len(parse(text)(STROKE)) == len(STROKE)
    small = Script([0, 100, 150, 250], [50, 60, 55, 65])
    assert len(parse("remove_jerks")(small)) == 4


def test_small_strokes_by_themselves_stay():
    at = np.arange(40) * 100
    vibration = Script(at, 50 + 5 * (np.arange(40) % 2))
    assert len(parse("remove_jerks(stroke=1)")(vibration)) >= 39


def test_clean_strokes_stay():
    at = np.arange(0, 5000, 40)
    script = Script(at, np.rint(50 - 45 * np.cos(2 * np.pi * at / 700)))
    assert np.array_equal(parse("remove_jerks")(script).at_ms, at)
