import numpy as np
import pytest

from funscribe.testing.curves import Manner, Strokes, held, strokes, swaying, wander

FINE_S = np.arange(0, 30, 0.002)


def turning_points(values):
    return int(np.count_nonzero(np.diff(np.sign(np.diff(values))) != 0))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("hz", [0.2, 1.0, 4.0])
def test_strokes_have_the_tempo_asked_for(seed, hz):
    curve = strokes(seed, 30, Manner(hz=hz))
    assert turning_points(curve(FINE_S)) / 2 / 30 == pytest.approx(hz, rel=0.1, abs=0.04)


@pytest.mark.parametrize("curve", [strokes(3, 30), strokes(4, 30, Manner(depth=(0.2, 0.9))), swaying(5, 0.7)])
def test_positions_stay_within_bounds_and_do_not_jump(curve):
    values = curve(FINE_S)
    assert values.min() >= 0
    assert values.max() <= 1
    assert np.abs(np.diff(values)).max() < 0.02
    assert np.ptp(values) > 0.5


def test_a_rest_holds_the_position():
    curve = strokes(1, 20, Manner(hz=1.5, rests=((5, 9), (12, 15))))
    for start, end in ((6.5, 9), (13.5, 15)):
        assert np.ptp(curve(np.arange(start, end, 0.01))) == 0
    assert np.ptp(curve(np.arange(9, 12, 0.01))) > 0.6


def test_the_way_up_takes_its_share_of_the_cycle():
    values = strokes(2, 30, Manner(rise=0.7))(FINE_S)
    assert np.mean(np.diff(values) > 0) == pytest.approx(0.7, abs=0.03)


def test_depth_follows_the_parts_of_the_clip():
    curve = strokes(2, 30, Manner(depth=(0.9, 0.3)))
    assert np.ptp(curve(np.arange(1, 14, 0.01))) > 0.75
    assert np.ptp(curve(np.arange(18, 19.5, 0.01))) < 0.4


def test_the_same_seed_gives_the_same_curve_and_another_another():
    assert np.array_equal(strokes(7, 20)(FINE_S), strokes(7, 20)(FINE_S))
    assert not np.allclose(strokes(7, 20)(FINE_S), strokes(8, 20)(FINE_S))


def test_a_curve_takes_one_time_or_many():
    for curve in (strokes(1, 20), swaying(1, 1.0), wander(1, 2.0), held(0.3)):
        many = curve(np.array([0.0, 1.0, 2.5]))
        assert many.shape == (3,)
        assert float(curve(np.asarray(2.5))) == pytest.approx(many[2], abs=1e-12)


def test_before_and_after_its_turning_points_a_curve_is_held():
    curve = Strokes(np.array([1.0, 2.0]), np.array([0.2, 0.8]))
    assert curve(np.array([0.0, 1.0, 1.5, 2.0, 9.0])) == pytest.approx([0.2, 0.2, 0.5, 0.8, 0.8])


def test_wandering_stays_within_one():
    values = wander(3, 4.0)(FINE_S)
    assert np.abs(values).max() <= 1
    assert np.std(values) > 0.1
