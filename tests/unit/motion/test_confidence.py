import numpy as np
import pytest

from funscribe.motion.confidence import confidence

COUNT = 900  # 30 s
TIME_S = np.arange(COUNT) / 30
SINE = 0.5 + 0.5 * np.sin(2 * np.pi * TIME_S)
MIDST = slice(200, 700)


def trust(position=SINE, tempo_hz=1.0, periodic=1.0, on=None):
    ones = np.ones(len(position))
    on = ones.astype(bool) if on is None else on
    return confidence(np.asarray(position), tempo_hz * ones, periodic * ones, on)


def test_a_clean_stroke_is_trusted():
    assert trust()[MIDST].min() > 0.95


@pytest.mark.parametrize("tempo_hz", [0.5, 2.0])
def test_turning_twice_or_half_as_often_as_the_tempo_says_halves_the_trust(tempo_hz):
    assert trust(tempo_hz=tempo_hz)[MIDST] == pytest.approx(0.5, abs=0.08)


def test_noise_is_not_trusted():
    assert trust(np.random.default_rng(0).random(COUNT))[MIDST].max() < 0.2


def test_wiggles_too_small_for_a_stroke_are_not_counted():
    wiggly = 0.9 * SINE + 0.05 * np.sin(2 * np.pi * 7 * TIME_S)
    assert trust(wiggly)[MIDST].min() > 0.95


def test_trust_goes_with_periodicity():
    assert trust(periodic=0.3) == pytest.approx(0.3 * trust())


def test_rest_is_not_trusted_and_asks_for_no_strokes():
    on = (TIME_S < 10) | (TIME_S > 20)
    held = trust(np.where(on, SINE, 0.5), on=on)
    assert (held[~on] == 0).all()
    assert held[(TIME_S > 4) & (TIME_S < 9)].min() > 0.9


def test_a_curve_that_stands_still_while_there_is_motion_is_not_trusted():
    assert trust(np.full(COUNT, 0.5))[MIDST].max() < 0.1


@pytest.mark.parametrize("count", [1, 2, 3, 20])
@pytest.mark.parametrize("tempo_hz", [0.1, 8.0])
def test_short_curves(count, tempo_hz):
    got = trust(np.linspace(0, 1, count), tempo_hz)
    assert got.shape == (count,)
    assert ((got >= 0) & (got <= 1)).all()


@pytest.mark.parametrize(("tempo_hz", "periodic"), [(0.0, 1.0), (1e6, 1.0), (1.0, 0.0), (1.0, 9.0)])
def test_any_tempo_and_periodicity_give_0_to_1(tempo_hz, periodic):
    got = trust(tempo_hz=tempo_hz, periodic=periodic)
    assert ((got >= 0) & (got <= 1)).all()
