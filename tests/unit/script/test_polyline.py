import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.script.polyline import moving_mean, moving_range, weigh_around

RNG = np.random.default_rng(6)
AT = np.cumsum(RNG.integers(1, 300, 80))
POS = RNG.integers(0, 101, 80).astype(float)


@pytest.mark.parametrize("window", [1, 90, 1500, 1_000_000])
def test_range_and_mean_are_those_of_the_curve_in_the_window(window):
    low, high = moving_range(AT, POS, window)
    mean = moving_mean(AT, POS, window)
    for i in range(0, 80, 7):
        begin, end = max(AT[i] - window / 2, AT[0]), min(AT[i] + window / 2, AT[-1])
        fine = np.linspace(begin, end, 20_001)
        curve = np.interp(fine, AT, POS)
        assert low[i] == pytest.approx(curve.min(), abs=0.6)
        assert high[i] == pytest.approx(curve.max(), abs=0.6)
        assert mean[i] == pytest.approx(np.trapezoid(curve, fine) / (end - begin), abs=0.02)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 100)), min_size=1, max_size=40), st.floats(1, 5000)
)
def test_all_lie_between_lowest_and_highest(drawn, window):
    at, pos = np.cumsum([gap for gap, _ in drawn]), np.array([p for _, p in drawn], float)
    low, high = moving_range(at, pos, window)
    assert np.all((low <= pos) & (pos <= high))
    assert np.all(
        (moving_mean(at, pos, window) >= low - 1e-6) & (moving_mean(at, pos, window) <= high + 1e-6)
    )


def test_a_weighted_sum_looks_at_times_and_reflects_beyond_the_ends():
    at, pos = np.array([0, 100, 1000]), np.array([0.0, 10.0, 100.0])
    before = weigh_around(at, pos, np.array([-50.0]), np.array([1.0]))
    assert before.tolist() == pytest.approx([-5, 5, 95])
    after = weigh_around(at, pos, np.array([200.0]), np.array([1.0]))
    assert after.tolist() == pytest.approx([20, 30, 120])
    both = weigh_around(at, pos, np.array([-50.0, 50.0]), np.array([0.5, 0.5]))
    assert both.tolist() == pytest.approx(pos.tolist())


@pytest.mark.parametrize("count", [0, 1])
def test_almost_nothing(count):
    at, pos = np.arange(count), np.full(count, 7.0)
    assert moving_mean(at, pos, 100).tolist() == [7.0] * count
    assert moving_range(at, pos, 100)[1].tolist() == [7.0] * count
    assert weigh_around(at, pos, np.array([1.0]), np.array([2.0])).tolist() == [14.0] * count
