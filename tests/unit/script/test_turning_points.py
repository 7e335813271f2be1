import numpy as np

from funscribe.script.turning_points import Rank, rank_samples


def test_turns_and_ends():
    at = np.arange(0, 2000, 100)
    values = 50 + 40 * np.sin(2 * np.pi * (at + 50) / 1000)
    rank = rank_samples(at, values, 4)
    tops = np.flatnonzero(rank == Rank.TURN)
    assert {0, 19} <= set(tops)
    assert {round(float(values[k])) for k in tops[1:-1]} == {10, 90}


def test_small_wiggles_do_not_rank():
    at = np.arange(0, 400, 10)
    values = at / 10 + np.where(np.arange(40) % 2, 1.0, -1.0)
    assert np.flatnonzero(rank_samples(at, values, 4)).tolist() == [0, 39]


def test_both_ends_of_a_rest():
    at = np.arange(0, 3000, 100)
    values = np.concatenate((np.linspace(0, 50, 10), np.full(10, 50.2), np.linspace(50, 90, 10)))
    rank = rank_samples(at, values, 4)
    assert np.flatnonzero(rank == Rank.REST).tolist() == [9, 20]


def test_a_short_pause_is_no_rest():
    values = np.concatenate((np.linspace(0, 50, 10), np.full(4, 50.0), np.linspace(51, 90, 10)))
    assert not np.any(rank_samples(np.arange(24) * 100, values, 4) == Rank.REST)


def test_nothing():
    assert len(rank_samples(np.zeros(0, np.int64), np.zeros(0), 4)) == 0
    assert rank_samples(np.array([5]), np.array([50.0]), 4).tolist() == [Rank.TURN]
