import numpy as np
import pytest

from funscribe.motion.isolate import isolate

TEMPO_HZ = 2.0
PATTERN = np.array([1, 0, 0, 0], np.float32)
OTHER = np.array([0.6, 0.8, 0, 0], np.float32)


def wave(hz, count=300):
    return np.cos(2 * np.pi * hz * (np.arange(count) + 0.5) / 30)


def window(other_hz, size=1.0):
    """Velocities in which the pattern moves at its tempo and the other one at another."""
    rows = np.outer(wave(TEMPO_HZ), PATTERN) + size * np.outer(wave(other_hz), OTHER)
    return rows.astype(np.float32)


@pytest.mark.parametrize("other_hz", [0.5, 1.0, 2.85])
def test_what_moves_at_another_tempo_is_kept_out(other_hz):
    reader = isolate(PATTERN, window(other_hz), TEMPO_HZ, 20.0)
    assert abs(reader @ OTHER) < 0.1 * (PATTERN @ OTHER)
    assert reader @ PATTERN == pytest.approx(1, abs=1e-4)


def test_the_curve_comes_out_clean():
    rows = window(0.5, 3.0)
    reader = isolate(PATTERN, rows, TEMPO_HZ, 20.0)
    assert np.corrcoef(rows @ PATTERN, wave(TEMPO_HZ))[0, 1] < 0.6
    assert np.corrcoef(rows @ reader, wave(TEMPO_HZ))[0, 1] > 0.99


@pytest.mark.parametrize("own_hz", [2.0, 4.0, 6.0])
def test_the_same_tempo_and_its_overtones_are_not_kept_out(own_hz):
    assert isolate(PATTERN, window(own_hz), TEMPO_HZ, 20.0) == pytest.approx(PATTERN, abs=1e-3)


def test_drift_is_not_other_motion():
    assert isolate(PATTERN, window(0.05), TEMPO_HZ, 20.0) == pytest.approx(PATTERN, abs=1e-3)


def test_more_isolation_keeps_more_out():
    left = [abs(isolate(PATTERN, window(0.5), TEMPO_HZ, k) @ OTHER) for k in (0.0, 0.1, 1.0, 20.0, 100.0)]
    assert left == sorted(left, reverse=True)
    assert left[0] == pytest.approx(0.6)
    assert left[-1] < 0.02


def test_no_isolation_gives_the_pattern_back():
    assert isolate(PATTERN, window(0.5), TEMPO_HZ, 0.0).tolist() == PATTERN.tolist()


def test_the_gain_is_bounded_where_the_others_look_like_the_mode():
    rows = np.outer(wave(TEMPO_HZ) * 0.01 + 100 * wave(0.5), PATTERN).astype(np.float32)
    assert np.linalg.norm(isolate(PATTERN, rows, TEMPO_HZ, 100.0)) < 0.1


@pytest.mark.parametrize("count", [1, 2, 3, 10])
@pytest.mark.parametrize("tempo_hz", [0.1, 2.0, 8.0])
def test_too_short_a_window_tells_nothing(count, tempo_hz):
    rows = np.random.default_rng(0).normal(size=(count, 4)).astype(np.float32)
    assert isolate(PATTERN, rows, tempo_hz, 20.0).tolist() == PATTERN.tolist()


@pytest.mark.parametrize("value", [0.0, 1.0, -3e4])
def test_a_window_without_motion_tells_nothing(value):
    reader = isolate(PATTERN, np.full((300, 4), value, np.float32), TEMPO_HZ, 20.0)
    assert np.isfinite(reader).all()
    assert reader.shape == PATTERN.shape
    if value == 0:
        assert reader.tolist() == PATTERN.tolist()
