import numpy as np
import pytest

from funscribe.motion.modes import coarse, find_candidates, join, spectrum
from funscribe.similarity import similarity_basis

GRID = (3, 4)
BASIS = similarity_basis(GRID)
CELLS = BASIS.shape[1]
BANDS_HZ = ((0.7, 3.0), (1.8, 8.0))
STILL = np.zeros((300, 4), np.float32)


def wave(hz, count=300):
    return np.cos(2 * np.pi * hz * (np.arange(count) + 0.5) / 30)


def unit(*cells):
    pattern = np.zeros(CELLS)
    pattern[list(cells)] = 1 / np.sqrt(len(cells))
    return pattern


def find(still, camera=None, bands_hz=BANDS_HZ, start=0):
    still = np.asarray(still, np.float32)
    camera = np.zeros((len(still), 4)) if camera is None else camera
    return find_candidates(start, still, np.asarray(camera, np.float32), BASIS, bands_hz)


SLOW, FAST = unit(0, 5, 7), unit(2, 11)
BOTH = np.outer(0.3 * wave(1.0), SLOW) + np.outer(0.5 * wave(4.0), FAST)


@pytest.mark.parametrize(("pattern", "hz", "size"), [(SLOW, 1.0, 0.3), (FAST, 4.0, 0.5)])
def test_two_patterns_of_different_tempo_are_both_found(pattern, hz, size):
    found = find(BOTH)
    index = int(np.abs(found.pattern @ pattern).argmax())
    assert abs(found.pattern[index] @ pattern) == pytest.approx(1, abs=1e-3)
    assert found.tempo_hz[index] == pytest.approx(hz, rel=0.05)
    assert found.energy[index] == pytest.approx(size**2 / 2 / hz, rel=0.02)
    assert found.periodic[index] > 0.8


def test_two_patterns_in_one_band_come_apart_by_their_energy():
    still = np.outer(0.3 * wave(1.0), SLOW) + np.outer(0.2 * wave(1.5), FAST)
    found = find(still, bands_hz=BANDS_HZ[:1])
    assert np.abs(found.pattern @ SLOW) == pytest.approx([1, 0], abs=1e-3)
    assert np.abs(found.pattern @ FAST) == pytest.approx([0, 1], abs=1e-3)
    assert found.energy == pytest.approx([0.045, 0.02 / 1.5], rel=0.02)
    assert found.tempo_hz == pytest.approx([1.0, 1.5], rel=0.05)


def test_what_moves_outside_the_bands_is_no_candidate():
    assert find(np.outer(wave(10.0), SLOW)).energy.sum() < 1e-6
    assert find(np.outer(wave(0.3), SLOW)).energy.sum() < 1e-6


def test_patterns_are_units_and_know_their_window():
    found = find(np.random.default_rng(0).normal(size=(240, CELLS)), start=77)
    assert len(found) == 4
    assert np.linalg.norm(found.pattern, axis=1) == pytest.approx(1, abs=1e-4)
    assert (found.start == 77).all()
    assert (found.length == 240).all()
    assert not found.raw.any()


def test_a_moving_camera_is_a_candidate_of_its_own():
    camera = STILL.copy()
    camera[:, 1] = 0.4 * wave(1.0)
    found = find(np.outer(0.1 * wave(4.0), FAST), camera)
    size = np.linalg.norm(BASIS[1])
    index = int(np.where(found.raw, found.energy, 0).argmax())
    assert abs(found.pattern[index] @ BASIS[1]) / size == pytest.approx(1, abs=1e-3)
    assert found.energy[index] == pytest.approx((0.4 * size) ** 2 / 2, rel=0.02)
    assert found.tempo_hz[index] == pytest.approx(1.0, rel=0.05)
    assert found.raw.sum() == len(BANDS_HZ)


def test_the_curve_of_a_raw_candidate_has_the_camera_and_the_field_in_it():
    camera = STILL.copy()
    camera[:, 0] = 0.02 * wave(2.5) + 0.2 * wave(1.0)
    along_camera = BASIS[0] / np.linalg.norm(BASIS[0])
    against = -np.outer(0.2 * np.linalg.norm(BASIS[0]) * wave(1.0), along_camera)
    found = find(against, camera, bands_hz=BANDS_HZ[:1])
    assert found.tempo_hz[found.raw] == pytest.approx(2.5, rel=0.05)


def test_a_camera_that_hardly_moves_is_no_candidate():
    camera = STILL.copy()
    camera[:, 1] = 0.001 * wave(1.0)
    assert not find(BOTH, camera).raw.any()


def test_joined_candidates_keep_their_order():
    first, second = find(BOTH), find(BOTH[:200], start=40)
    both = join([first, second])
    assert len(both) == len(first) + len(second)
    assert both.start.tolist() == [0] * len(first) + [40] * len(second)
    assert both.length.tolist() == [300] * len(first) + [200] * len(second)
    assert (both.pattern[len(first) :] == second.pattern).all()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_too_short_a_window_has_no_candidates(count):
    found = find(np.ones((count, CELLS)) * np.arange(count)[:, None], np.ones((count, 4)))
    assert len(found) == 0
    assert found.pattern.shape == (0, CELLS)
    assert len(join([found, found])) == 0


def test_nothing_has_no_candidates():
    assert len(find(np.zeros((300, CELLS)))) == 0


@pytest.mark.parametrize("value", [1.0, -3e4])
def test_a_constant_has_no_energy(value):
    found = find(np.full((300, CELLS), value), np.full((300, 4), value))
    assert (found.energy <= 1e-8 * value**2).all()
    assert np.isfinite(found.pattern).all()


def test_the_spectrum_keeps_the_mean_square_and_drops_the_mean():
    window = np.random.default_rng(1).normal(3, 1, (250, 5)).astype(np.float32)
    rows, hz = spectrum(window)
    assert (rows**2).sum(0) == pytest.approx(window.var(0), rel=1e-3)
    assert hz[:3] == pytest.approx([0, 0.06, 0.12])


def test_the_spectrum_tells_the_frequency():
    rows, hz = spectrum(wave(2.5)[:, None].astype(np.float32))
    assert hz[int(np.abs(rows[:, 0]).argmax())] == pytest.approx(2.5)
    slower, slower_hz = spectrum(wave(2.5)[:, None].astype(np.float32), 15.0)
    assert slower_hz[int(np.abs(slower[:, 0]).argmax())] == pytest.approx(1.25)


def test_coarse_windows_are_means():
    window = np.arange(14, dtype=np.float32).reshape(7, 2)
    means, rate_hz = coarse(window, 1.5)
    assert rate_hz == 15
    assert means.tolist() == [[1, 2], [5, 6], [9, 10]]


@pytest.mark.parametrize("fastest_hz", [2.0, 8.0, 99.0])
def test_fast_motion_needs_every_sample(fastest_hz):
    window = np.ones((7, 2), np.float32)
    assert coarse(window, fastest_hz) == (window, 30.0)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_short_window_keeps_a_sample(count):
    means, rate_hz = coarse(np.full((count, 2), 5, np.float32), 0.01)
    assert means.tolist() == [[5, 5]]
    assert rate_hz == 30 / count
