import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse

AT = np.arange(0, 120_000, 100)
SINE = 30 * np.sin(2 * np.pi * AT / 1700)


def test_what_does_not_drift_stays_as_it_is():
    for middle in (35, 50, 66):
        script = Script(AT, np.rint(middle + SINE))
        assert np.array_equal(parse("detrend")(script).pos, script.pos)


def test_ends_at_both_edges_of_the_range_cost_no_depth():
    pos = np.rint(50 + SINE)
    pos[:5], pos[-5:] = 0, 100
    got = parse("detrend")(Script(AT, pos))
    assert np.array_equal(got.pos[20:-20], pos[20:-20])


def test_slow_drift_goes_and_the_middle_stays():
    drift = 15 * np.sin(2 * np.pi * AT / 120_000)
    got = parse("detrend(window_s=10)")(Script(AT, np.rint(50 + SINE + drift)))
    assert np.abs(got.pos - (50 + SINE)).mean() < 2
    assert np.abs(got.pos - (50 + SINE)).max() < 6


def test_a_rest_at_the_top_is_no_drift():
    pos = np.where((AT > 40_000) & (AT < 90_000), 80, np.rint(50 + SINE))
    got = parse("detrend")(Script(AT, pos))
    resting = got.pos[(AT > 41_000) & (AT < 89_000)]
    assert resting.max() - resting.min() <= 2
    assert abs(resting.mean() - 80) <= 3


def test_nothing_that_strokes():
    script = Script([0, 1000, 9000], [10, 90, 20])
    assert np.array_equal(parse("detrend")(script).pos, script.pos)
