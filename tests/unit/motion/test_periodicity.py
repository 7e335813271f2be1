import numpy as np
import pytest

from funscribe.motion.periodicity import periodicity


def tell(curve, slowest_hz=0.1):
    tempo, periodic = periodicity(np.asarray(curve)[None], np.array([slowest_hz]))
    return float(tempo[0]), float(periodic[0])


@pytest.mark.parametrize("hz", [0.5, 1.0, 2.3, 4.0, 6.8])
def test_the_tempo_of_a_sine(hz):
    tempo, periodic = tell(np.sin(2 * np.pi * hz * np.arange(300) / 30))
    assert tempo == pytest.approx(hz, rel=0.05)
    assert periodic > 0.85


def test_overtones_do_not_hide_the_fundamental():
    phase = 2 * np.pi * np.arange(300) / 30
    tempo, _ = tell(np.sin(phase) + 0.5 * np.sin(2 * phase + 1))
    assert tempo == pytest.approx(1, rel=0.05)


def test_noise_is_less_periodic_than_strokes():
    curve = np.random.default_rng(0).normal(size=300)
    assert tell(curve)[1] < 0.6


@pytest.mark.parametrize("curve", [np.zeros(300), np.ones(40), np.zeros(3), np.zeros(1)])
def test_nothing_has_no_period(curve):
    assert tell(curve) == (1.0, 0.0)


def test_what_is_too_slow_does_not_count():
    phase = 2 * np.pi * np.arange(300) / 30
    tempo, _ = tell(3 * np.sin(0.4 * phase) + np.sin(2 * phase), slowest_hz=1.0)
    assert tempo == pytest.approx(2, rel=0.05)
