import numpy as np
import pytest

from funscribe.testing.fields import GRID, moving, seconds, trace_of, wave

TIME_S = seconds(4)


def test_a_slide_covers_its_rectangle():
    field = moving(TIME_S, y=0.1 * wave(1.0, TIME_S), noise=0)
    assert field.shape == (120, *GRID, 2)
    assert not field[..., 0].any()
    true = np.diff(0.1 * wave(1.0, TIME_S)) * 30 * 0.5 * 0.4 * GRID[0] ** 2
    assert field[1:, ..., 1].sum((1, 2)) == pytest.approx(true, abs=0.04 * np.abs(true).max())


def test_a_turn_is_clockwise_and_growth_goes_outwards():
    turned = moving(TIME_S, turn=0.2 * TIME_S, noise=0)[60]
    assert turned[3, 8, 0] > 0.01  # above the middle to the right, y down
    assert turned[6, 8, 0] < -0.01
    grown = moving(TIME_S, size=0.1 * TIME_S, noise=0)[60]
    assert grown[4, 9, 0] > 0 > grown[4, 6, 0]


def test_noise_is_the_same_each_time_and_a_clip_may_be_empty():
    assert np.array_equal(moving(TIME_S), moving(TIME_S))
    assert moving(TIME_S, noise=0.1).std() == pytest.approx(0.1, rel=0.05)
    assert len(trace_of(moving(seconds(0)))) == 0


def test_a_trace_has_the_times_and_cuts_it_is_given():
    trace = trace_of(moving(TIME_S), 2 * TIME_S, np.eye(120)[7])
    assert trace.time_s[-1] == pytest.approx(2 * TIME_S[-1])
    assert trace.cut.argmax() == 7
