import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse


def sampled(curve, at):
    return Script(at, np.clip(np.rint(np.interp(at, *curve)), 0, 100))


def test_it_smooths_in_time_and_not_in_index():
    # The same curve of lines, once with few actions and once with many.
    corners = np.arange(0, 20_001, 500)
    heights = np.where(np.arange(len(corners)) % 2, 80, 20)
    sparse = Script(corners, heights)
    dense_at = np.union1d(corners, np.concatenate([np.arange(0, 8000, 10), np.arange(8000, 20_000, 50)]))
    dense = sampled((corners, heights), dense_at)
    a, b = parse("smooth(window_ms=800)")(sparse), parse("smooth(window_ms=800)")(dense)
    beside = b.pos[np.searchsorted(dense_at, corners)]
    assert np.abs(a.pos - beside).max() <= 1
    assert a.pos[5] < 75


def test_a_parabola_passes_and_noise_does_not():
    at = np.arange(0, 10_000, 20)
    parabola = 100 - 4 * ((at - 5000) / 1000) ** 2
    noisy = np.clip(parabola + np.random.default_rng(1).normal(0, 4, len(at)), 0, 100)
    assert np.abs(parse("smooth(window_ms=600)")(Script(at, np.rint(parabola))).pos - parabola).max() <= 1.2
    calm = parse("smooth(window_ms=600)")(Script(at, np.rint(noisy))).pos[50:-50]
    before = np.abs(noisy - parabola)[50:-50].mean()
    assert np.abs(calm - parabola[50:-50]).mean() < before / 2


def test_a_line_stays_to_its_ends():
    script = Script(np.arange(0, 1001, 10), np.arange(101))
    assert np.array_equal(parse("smooth(window_ms=400)")(script).pos, script.pos)


def test_times_stay_however_they_are_spread():
    at = np.cumsum(np.random.default_rng(2).integers(1, 400, 300))
    got = parse("smooth")(Script(at, np.arange(300) % 101))
    assert np.array_equal(got.at_ms, at)
