from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from funscribe.script.limits import limit_speed, space_out
from funscribe.script.turning_points import Rank


@st.composite
def actions(draw):
    gaps = draw(st.lists(st.integers(1, 400), min_size=1, max_size=60))
    pos = draw(st.lists(st.integers(0, 100), min_size=len(gaps), max_size=len(gaps)))
    rank = draw(st.lists(st.integers(0, 2), min_size=len(gaps), max_size=len(gaps)))
    return np.cumsum(gaps), np.array(pos), np.array(rank)


speeds = st.floats(1, 5000)


@given(actions(), speeds)
def test_no_neighbours_are_too_fast(script, max_speed):
    at, pos, rank = script
    got = limit_speed(at, pos, rank, max_speed)
    assert got.min() >= 0
    assert got.max() <= 100
    assert got.dtype == np.int64
    assert np.all(np.abs(np.diff(got)) * 1000 <= max_speed * np.diff(at))


@given(actions(), speeds)
def test_what_is_slow_enough_stays(script, max_speed):
    at, pos, rank = script
    got = limit_speed(at, pos, rank, max_speed)
    assert np.array_equal(limit_speed(at, got, rank, max_speed), got)
    assert np.array_equal(limit_speed(at, pos, rank, 1e6), pos)


def test_strokes_lose_as_much_at_the_top_as_at_the_bottom():
    at = np.arange(0, 1000, 100)
    pos = np.array([0, 100] * 5)
    got = limit_speed(at, pos, np.full(10, Rank.TURN), 400)
    assert got.tolist() == [30, 70] * 5


def test_a_rest_stays_where_it_is():
    at = np.array([0, 5000, 5050, 5100, 10_000])
    pos = np.array([50, 50, 100, 50, 50])
    rank = np.array([Rank.REST, Rank.REST, Rank.TURN, Rank.REST, Rank.REST])
    assert limit_speed(at, pos, rank, 400).tolist() == [50, 50, 70, 50, 50]


def test_a_stroke_that_is_possible_keeps_its_depth():
    at = np.arange(0, 1001, 25)
    pos = np.rint(50 - 50 * np.cos(2 * np.pi * at / 500)).astype(int)
    rank = np.where(at % 250 == 0, Rank.TURN, Rank.SHAPE)
    got = limit_speed(at, pos, rank, 400)
    assert got[rank == Rank.TURN].tolist() == [0, 100, 0, 100, 0]
    assert np.abs(np.diff(got)).max() <= 10


def test_nothing_to_limit():
    empty = np.zeros(0, np.int64)
    assert len(limit_speed(empty, empty, empty, 400)) == 0
    assert len(space_out(empty, empty, 40)[0]) == 0


@given(actions(), st.integers(0, 300), st.sampled_from([0, 20, 100, 400]))
def test_no_action_follows_too_soon(script, interval, max_speed):
    at, _, rank = script
    times, ranks = space_out(at, rank, interval, max_speed)
    assert times[0] == at[0]
    assert times[-1] <= at[-1]
    assert len(times) == len(ranks) <= len(at)
    assert np.all(np.diff(times) >= max(1, interval))


@given(actions(), st.integers(0, 300))
def test_firm_actions_keep_their_times_and_ranks(script, interval):
    at, _, rank = script
    times, ranks = space_out(at, rank, interval)
    known = dict(zip(at.tolist(), rank.tolist(), strict=True))
    firm = [(t, r) for t, r in zip(times.tolist(), ranks.tolist(), strict=True) if r > Rank.SHAPE]
    assert all(known[t] == r for t, r in firm)
    # Every firm action that is missing lies too close to one that stayed.
    stayed = [t for t, _ in firm] + [int(at[0])]
    gone = set(at[rank > Rank.SHAPE].tolist()) - set(stayed)
    assert all(min(abs(t - s) for s in stayed) < interval for t in gone)


def test_what_has_room_is_left_alone():
    at, rank = np.array([0, 50, 100, 200]), np.array([1, 0, 0, 1])
    assert space_out(at, rank, 40)[0].tolist() == [0, 50, 100, 200]
    assert space_out(at, rank, 0)[0].tolist() == [0, 50, 100, 200]


def test_shape_is_pushed_apart_or_spread_evenly():
    assert space_out(np.array([0, 33, 133]), np.array([1, 0, 1]), 40)[0].tolist() == [0, 40, 133]
    crowd = np.arange(0, 201, 20)
    rank = np.where((crowd == 0) | (crowd == 200), 1, 0)
    assert space_out(crowd, rank, 40)[0].tolist() == [0, 40, 80, 120, 160, 200]


def test_a_rest_wins_over_a_turning_point():
    times, ranks = space_out(np.array([0, 500, 520, 540, 2000]), np.array([1, 1, 2, 1, 2]), 40)
    assert times.tolist() == [0, 480, 520, 560, 2000]
    assert ranks.tolist() == [1, 0, 2, 0, 2]


def test_a_low_speed_keeps_shape_points_wider_apart():
    at = np.arange(0, 2001, 50)
    rank = np.where((at == 0) | (at == 2000), 1, 0)
    assert min(b - a for a, b in pairwise(space_out(at, rank, 0, 20)[0])) >= 400
