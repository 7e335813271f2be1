from funscribe.records import Script
from funscribe.script.rests import passages, rests

# Motion, a rest of 3 s in two parts, motion, a rest of 1 s to the end.
SCRIPT = Script([0, 500, 1500, 3500, 4000, 4500, 5500], [0, 60, 60, 61, 0, 80, 80])


def test_rests_are_slow_stretches_that_last():
    assert rests(SCRIPT, 2000) == [(1, 3)]
    assert rests(SCRIPT, 1000) == [(1, 3), (5, 6)]
    assert rests(SCRIPT, 9000) == []


def test_passages_lie_between_and_share_their_ends():
    assert passages(SCRIPT, 2000) == [(0, 1), (3, 6)]
    assert passages(SCRIPT, 1000) == [(0, 1), (3, 5)]
    assert passages(SCRIPT, 9000) == [(0, 6)]


def test_slow_motion_is_a_rest_below_five_units_a_second():
    assert rests(Script([0, 1000], [0, 4]), 1) == [(0, 1)]
    assert rests(Script([0, 1000], [0, 5]), 1) == []


def test_almost_nothing():
    for count in (0, 1):
        script = Script(range(count), [0] * count)
        assert rests(script, 1) == []
        assert passages(script, 1) == []
