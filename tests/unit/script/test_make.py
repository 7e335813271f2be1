import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.records import Chapter, MotionSignal
from funscribe.script import ScriptOptions, make_script

FREE = ScriptOptions(max_speed=0, min_interval_ms=0)


def signal_of(position, rate_hz=30.0, start_s=0.0):
    position = np.asarray(position, float)
    time_s = start_s + np.arange(len(position)) / rate_hz
    return MotionSignal(time_s, position, np.ones(len(position)))


def sine(hz, depth=0.45, seconds=10, rate_hz=30.0):
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    return signal_of(0.5 + depth * np.sin(2 * np.pi * hz * t), rate_hz)


signals = st.tuples(st.lists(st.floats(0, 1), max_size=60), st.sampled_from([15, 29.97, 60, 240, 2000])).map(
    lambda drawn: signal_of(*drawn)
)


@given(signals, st.floats(1, 10))
def test_follows_the_signal_within_the_tolerance(signal, tolerance):
    script = make_script(signal, ScriptOptions(max_speed=0, min_interval_ms=0, tolerance=tolerance))
    at = np.rint(signal.time_s * 1000)
    fresh = np.diff(at, prepend=-1) > 0
    if len(signal):
        drawn = np.interp(at, script.at_ms, script.pos)
        assert np.abs(drawn - 100 * signal.position)[fresh].max() <= tolerance + 1e-9


@given(signals, st.sampled_from([0, 20, 400, 1000]), st.sampled_from([0, 1, 40, 100]))
def test_the_limits_hold_after_rounding(signal, max_speed, interval):
    script = make_script(signal, ScriptOptions(max_speed=max_speed, min_interval_ms=interval))
    gap_ms = np.diff(script.at_ms)
    assert np.all(gap_ms >= max(interval, 1))
    if max_speed:
        assert np.all(1000 * np.abs(np.diff(script.pos)) <= max_speed * gap_ms)
    if len(signal):
        assert script.at_ms[-1] <= round(signal.time_s[-1] * 1000)


def test_turning_points_are_kept_exactly():
    signal = sine(1, rate_hz=40)
    script = make_script(signal, FREE)
    for top in range(10):
        index = 10 + 40 * top
        where = np.flatnonzero(script.at_ms == round(signal.time_s[index] * 1000))
        assert script.pos[where].tolist() == [95]


def test_far_fewer_actions_than_samples():
    assert len(make_script(sine(0.5))) < 80


def test_rest_is_two_actions_and_exactly_still():
    position = np.concatenate(
        (0.5 + 0.4 * np.sin(np.arange(60)), np.full(300, 0.3), 0.5 - 0.4 * np.cos(np.arange(60)))
    )
    script = make_script(signal_of(position))
    inside = (script.at_ms >= 2000) & (script.at_ms <= round(359 / 30 * 1000))
    assert script.pos[inside].tolist() == [30, 30]
    assert script.at_ms[inside].tolist() == [2000, 11_967]


def test_a_still_signal_is_its_two_ends():
    script = make_script(signal_of(np.full(900, 0.5)))
    assert script.at_ms.tolist() == [0, 29_967]
    assert script.pos.tolist() == [50, 50]


@pytest.mark.parametrize(("count", "actions"), [(0, 0), (1, 1), (2, 1), (3, 2)])
def test_almost_nothing(count, actions):
    assert len(make_script(signal_of(np.linspace(0, 0.1, count)))) == actions


def test_invert_and_range():
    signal = signal_of([0, 1, 0, 0.5], rate_hz=1)
    assert make_script(signal).pos.tolist() == [0, 100, 0, 50]
    assert make_script(signal, ScriptOptions(invert=True)).pos.tolist() == [100, 0, 100, 50]
    assert make_script(signal, ScriptOptions(range_low=20, range_high=60)).pos.tolist() == [20, 60, 20, 40]


def test_samples_before_zero_and_in_the_same_millisecond():
    script = make_script(signal_of(np.linspace(0, 1, 50), rate_hz=10, start_s=-1), FREE)
    assert script.at_ms[0] == 0
    dense = make_script(signal_of([0, 0.5, 1, 0.5] * 20, rate_hz=3000), FREE)
    assert np.all(np.diff(dense.at_ms) > 0)


def test_a_60_hz_hour_of_ms_is_exact():
    signal = sine(1, seconds=4, rate_hz=59.94)
    script = make_script(signal, FREE)
    assert set(script.at_ms) <= set(np.rint(signal.time_s * 1000).astype(int))


def test_metadata_and_chapters_are_passed_on():
    chapters = (Chapter("one", 0, 5),)
    script = make_script(sine(1), None, {"title": "x"}, chapters)
    assert script.metadata == {"title": "x"}
    assert script.chapters == chapters


def test_a_passage_alone_is_turned_upside_down():
    time_s = np.arange(0, 20, 1 / 30)
    position = 0.5 - 0.4 * np.cos(2 * np.pi * 0.5 * time_s)
    signal = MotionSignal(time_s, position, np.ones(len(time_s)))
    made = make_script(signal, ScriptOptions(invert_passages=((5.0, 9.0),), max_speed=0))
    at_s = np.array([1.0, 3.0, 6.0, 8.0, 11.0])
    upright = np.interp(at_s, time_s, position) * 100
    found = np.interp(at_s * 1000, made.at_ms, made.pos)
    expected = np.where((at_s > 5) & (at_s < 9), 100 - upright, upright)
    assert np.abs(found - expected).max() <= 3


def test_filters_come_last_and_in_order():
    plain = make_script(sine(1))
    steps = ("clamp(high=60)", "invert")
    got = make_script(sine(1), ScriptOptions(filters=steps), {"title": "x"})
    assert got.at_ms.tolist() == plain.at_ms.tolist()
    assert got.pos.tolist() == (100 - np.minimum(plain.pos, 60)).tolist()
    assert got.metadata == {"title": "x"}
