import numpy as np
import pytest

from funscribe.motion.normalise import to_position


def position(curve, tempo_hz=1.0, on=None, window_s=10.0, knee=0.4):
    velocity = np.diff(curve, prepend=curve[0]) * 30
    tempo = np.full(len(curve), tempo_hz)
    on = np.ones(len(curve), np.bool_) if on is None else on
    return to_position(velocity, tempo, on, window_s, knee)


TIME_S = np.arange(600) / 30


def test_strokes_span_the_range():
    curve = 0.3 * np.sin(2 * np.pi * TIME_S)
    got = position(curve)
    assert got.min() == pytest.approx(0, abs=0.03)
    assert got.max() == pytest.approx(1, abs=0.03)
    assert np.corrcoef(got, curve)[0, 1] > 0.995


def test_drift_is_taken_out():
    curve = np.sin(2 * np.pi * TIME_S)
    got = position(curve + 6 * np.sin(2 * np.pi * 0.03 * TIME_S))
    assert np.corrcoef(got, curve)[0, 1] > 0.95


def test_rest_is_held():
    curve = np.sin(2 * np.pi * TIME_S)
    on = (TIME_S < 6) | (TIME_S > 12)
    rest = position(curve + 0.5 * TIME_S, on=on)[~on]
    assert np.ptp(rest) == 0


def test_shallow_strokes_under_the_knee_are_deepened():
    depth = np.where(TIME_S < 10, 1.0, 0.1)
    curve = depth * np.sin(2 * np.pi * TIME_S)
    faithful, deepened = position(curve, window_s=60, knee=0.0), position(curve, window_s=60, knee=0.4)
    late = TIME_S > 13
    assert np.ptp(faithful[late]) < 0.15
    assert np.ptp(deepened[late]) > 0.25


def test_nothing_stays_in_the_middle():
    assert (position(np.zeros(50)) == 0.5).all()
    assert (position(np.sin(TIME_S), on=np.zeros(600, np.bool_)) == 0.5).all()
