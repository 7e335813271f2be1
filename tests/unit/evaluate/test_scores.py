import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.errors import TruthInvalid
from funscribe.evaluate import Truth, depth_rank_correlation, evaluate, fidelity, local_r
from funscribe.records import Script

TIMES = np.arange(0, 30_001, 25.0)


def wave(t_ms, period_ms=1000.0, depth=40.0):
    return 50 + depth * np.sin(2 * np.pi * t_ms / period_ms)


def test_a_perfect_script():
    got = fidelity(TIMES, wave(TIMES), TIMES, wave(TIMES))
    assert got.r == pytest.approx(1)
    assert (got.lag_ms, got.sign, got.f1, got.t_ms, got.rest) == (0, 1, 1, 0, None)
    assert (got.cycles_script, got.cycles_truth) == (30, 30)
    assert (got.matched, got.extra, got.missed) == (60, 0, 0)


@pytest.mark.parametrize("late_ms", [-120, -50, 20, 120])
def test_lag_is_how_late_the_script_is(late_ms):
    got = fidelity(TIMES + late_ms + 200, wave(TIMES), TIMES + 200, wave(TIMES))
    assert got.lag_ms == late_ms
    assert got.r > 0.998
    # The lag stays in the time error: a user sees it.
    if abs(late_ms) <= 80:
        assert got.t_ms == abs(late_ms)
        assert got.f1 > 0.98
    else:
        assert got.f1 == 0
        assert got.t_ms is None


def test_an_upside_down_script():
    got = fidelity(TIMES, 100 - wave(TIMES), TIMES, wave(TIMES))
    assert got.r == pytest.approx(1)
    assert (got.lag_ms, got.sign, got.f1) == (0, -1, 1)


def test_extra_and_missed_turning_points():
    half = np.where(TIMES < 15_000, wave(TIMES), 50)
    got = fidelity(TIMES, half, TIMES, wave(TIMES))
    assert (got.matched, got.extra, got.missed) == (30, 0, 30)
    assert got.f1 == pytest.approx(2 / 3)
    got = fidelity(TIMES, wave(TIMES), TIMES, half)
    assert (got.matched, got.extra, got.missed) == (30, 30, 0)


def test_only_what_has_truth_counts():
    unknown = np.where(TIMES < 15_100, wave(TIMES), np.nan)
    got = fidelity(TIMES, wave(TIMES), TIMES, unknown)
    assert (got.f1, got.extra, got.missed) == (1, 0, 0)
    assert got.r == pytest.approx(1)
    assert got.cycles_script == got.cycles_truth == 15
    assert got.rest == pytest.approx(160, rel=0.02)


def test_the_unknown_counts_as_rest_from_its_first_moment():
    truth = np.where(TIMES <= 15_000, wave(TIMES), np.nan)
    script = np.interp(TIMES, [0, 15_050, 15_150, 30_000], [20, 20, 80, 80])
    assert fidelity(TIMES, script, TIMES, truth).rest == pytest.approx(60 / 15, rel=0.01)


def test_no_truth_at_all_measures_rest_alone():
    got = fidelity([0, 30_000], [0, 90], TIMES, np.full(len(TIMES), np.nan))
    assert got.rest == pytest.approx(3)
    assert [got.lag_ms, got.sign, got.r, got.f1, got.t_ms, got.cycles_truth] == [None] * 6
    assert (got.matched, got.extra, got.missed) == (0, 0, 0)


def test_a_truth_that_stands_still():
    got = fidelity(TIMES, wave(TIMES), TIMES, np.full(len(TIMES), 50.0))
    assert [got.lag_ms, got.sign, got.r, got.f1] == [None] * 4
    assert got.extra == 60
    assert got.rest == pytest.approx(160, rel=0.02)


def test_rest_begins_300_ms_after_the_motion_ends():
    t_ms = np.arange(0, 10_001, 10.0)
    truth = np.where(t_ms < 5000, 10 + t_ms / 100, 60)
    script = np.interp(t_ms, [0, 5200, 10_000], [0, 100, 100])
    assert fidelity(t_ms, script, t_ms, truth).rest == 0
    late = np.interp(t_ms, [0, 5200, 6350, 6450], [0, 100, 100, 0])
    # Rest begins at 5350 ms: 300 ms and half of the 100 ms mean. 4.65 s with 100 units of travel are left.
    assert fidelity(t_ms, late, t_ms, truth).rest == pytest.approx(100 / 4.65, rel=0.01)


@pytest.mark.parametrize(("at", "pos"), [([], []), ([100], [30]), ([0, 5000], [40, 40])])
def test_a_script_that_does_nothing(at, pos):
    got = fidelity(at, pos, TIMES, wave(TIMES))
    assert (got.r, got.f1, got.missed, got.lag_ms, got.sign) == (0, 0, 60, None, None)


@pytest.mark.parametrize(("t_ms", "pos"), [([], []), ([5.0], [50.0]), ([5.0, 6.0], [50.0, 51.0])])
def test_a_truth_of_almost_nothing(t_ms, pos):
    got = fidelity([0, 100], [0, 100], t_ms, pos)
    assert got.r is None
    assert got.f1 is None


def test_windows_without_motion_are_left_out():
    truth = np.where(TIMES < 10_000, wave(TIMES), 50)
    script = np.where(TIMES < 10_000, wave(TIMES), wave(TIMES, 777))
    assert fidelity(TIMES, script, TIMES, truth).r == pytest.approx(1, abs=1e-3)


def test_local_r_says_where_it_fails():
    script = Script(TIMES, np.where(TIMES < 20_000, wave(TIMES), 50).round())
    got = local_r(script, Truth(TIMES, wave(TIMES)))
    assert got.t_ms.tolist() == [4995, 14_995, 24_995]
    np.testing.assert_allclose(got.r, [1, 1, 0], atol=1e-3)
    with pytest.raises(ValueError, match="lag_ms"):
        local_r(script, Truth(TIMES, wave(TIMES)), lag_ms=500)


def test_depth_rank_correlation():
    at = np.arange(0, 20_000, 500)
    depth = np.array([20, 90, 40, 70, 30, 60, 80, 50, 25, 75] * 4)
    truth = Truth(at, np.where(np.arange(40) % 2, depth, 0))
    flat = Script(at, np.where(np.arange(40) % 2, 90, 0))
    order = Script(at, np.where(np.arange(40) % 2, depth // 2 + 20, 10))
    assert depth_rank_correlation(order, truth) == pytest.approx(1)
    assert depth_rank_correlation(flat, truth) == 0
    assert depth_rank_correlation(order, Truth(at, flat.pos)) is None
    assert depth_rank_correlation(Script(at[:1], [0]), truth) is None


def test_evaluate_takes_records():
    script = Script(TIMES, wave(TIMES).round())
    assert evaluate(script, Truth(TIMES, wave(TIMES))).f1 == 1


def test_refuses_broken_arrays():
    with pytest.raises(TruthInvalid):
        fidelity([0], [1], [0, 0], [1, 1])
    with pytest.raises(ValueError, match="as many times as positions"):
        fidelity([0, 1], [1], [0], [1])
    with pytest.raises(ValueError, match="finite"):
        fidelity([0, 1], [1, np.nan], [0], [1])
    with pytest.raises(ValueError, match="increasing"):
        fidelity([1, 0], [1, 2], [0], [1])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_scores_stay_in_their_ranges(data):
    def numbers(low, high, count):
        return data.draw(st.lists(st.integers(low, high), min_size=count, max_size=count, unique=low < -1))

    count = data.draw(st.integers(1, 40))
    at, truth_at = np.cumsum(numbers(1, 300, count)), np.cumsum(numbers(1, 300, count)) - 500
    pos = np.array(numbers(0, 100, count), float)
    truth = np.array(numbers(-1, 100, count), float)
    got = fidelity(at, pos, truth_at, np.where(truth < 0, np.nan, truth))
    assert got.r is None or 0 <= got.r <= 1 + 1e-9
    assert got.f1 is None or 0 <= got.f1 <= 1
    assert got.t_ms is None or 0 <= got.t_ms <= 80
    assert got.rest is None or got.rest >= 0
    assert got.lag_ms is None or abs(got.lag_ms) <= 120
