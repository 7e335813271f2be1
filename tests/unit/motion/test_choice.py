import numpy as np

from funscribe.motion.choice import best_sequence, worth
from funscribe.motion.modes import Candidates
from funscribe.similarity import similarity_basis

CELLS = 9 * 16 * 2
BASIS = np.linalg.qr(similarity_basis((9, 16)).T)[0].T


def candidates(patterns, energy=1.0, tempo_hz=1.0, periodic=0.9):
    count = len(patterns)
    full = [np.broadcast_to(np.asarray(v, float), (count,)) for v in (energy, tempo_hz, periodic)]
    rows = np.asarray(patterns, np.float32)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    whole = np.full(count, 300)
    return Candidates(whole * 0, whole, rows, np.zeros(count, np.bool_), full[0], full[1], full[2])


def patch(first, count=24):
    pattern = np.zeros(CELLS)
    pattern[first : first + count] = 1
    return pattern


def test_strong_and_periodic_motion_is_worth_more():
    found = candidates([patch(0)] * 3, energy=[1, 2, 1], periodic=[0.5, 0.5, 0.9])
    value = worth(found, BASIS)
    assert value[0] < value[1]
    assert value[0] < value[2]


def test_the_motion_of_the_whole_picture_is_worth_less_unless_it_is_periodic():
    whole = similarity_basis((9, 16))[1]
    shaky = worth(candidates([whole, patch(100)], periodic=0.5), BASIS)
    steady = worth(candidates([whole, patch(100)], energy=[6, 1], periodic=0.99), BASIS)
    assert shaky[0] < shaky[1]
    assert steady[0] > steady[1]


def test_few_cycles_in_a_window_are_worth_less():
    value = worth(candidates([patch(0)] * 2, tempo_hz=[0.2, 0.6]), BASIS)
    assert value[0] < value[1]


def test_a_path_stays_with_its_pattern():
    windows = [candidates([patch(0), patch(100)]) for _ in range(3)]
    worths = [np.array([1.0, 0.0]), np.array([0.0, 0.3]), np.array([1.0, 0.0])]
    assert best_sequence(windows, worths, steadiness=0.0) == [0, 1, 0]
    assert best_sequence(windows, worths, steadiness=2.0) == [0, 0, 0]


def test_one_window_is_a_path():
    assert best_sequence([candidates([patch(0)])], [np.array([0.0])], 1.0) == [0]
