"""Tracks that are steered: what they remember, whom they believe, how they move on."""

import numpy as np
import pytest

from funscribe.track.drift import Drift
from funscribe.track.kalman import POS, VAR, VEL, VEL_VAR, BoxFilter
from funscribe.track.steer import (
    FOLLOWED,
    PULL,
    RATED,
    RESTLESS,
    SPREAD,
    Memory,
    believed,
    doubt,
    doubt_anew,
    follow,
    rate,
    steer,
)

BOXES = np.array([[100.0, 100, 200, 220], [300, 100, 380, 300]])
STEP_S = 1 / 30


def _state() -> np.ndarray:
    kalman = BoxFilter("size")
    return kalman.begin(kalman.measure(BOXES))


def _memory(count: int = 2) -> np.ndarray:
    return Memory().of(np.arange(1, count + 1))


def _drift(velocity: tuple[float, float] = (60.0, -30.0), growth: float = 0.0, spread: float = 0.0) -> Drift:
    return Drift(np.tile(np.array(velocity), (2, 1)), np.full(2, growth), np.full(2, spread), np.full(2, 1.0))


def test_memory_follows_the_tracks_and_not_the_rows() -> None:
    memory = Memory()
    columns = memory.of(np.array([1, 2, 5]))
    assert (columns[:, RESTLESS] == -1).all()
    assert (columns[:, RATED] == 1).all()
    columns[:, SPREAD] = [10, 20, 50]
    columns[:, FOLLOWED] = 1
    later = memory.of(np.array([2, 5, 6, 9]))
    assert later[:, SPREAD].tolist() == [20, 50, 0, 0]
    assert later[:, FOLLOWED].tolist() == [1, 1, 0, 0]
    memory.pause()
    assert not memory.of(np.array([2, 5, 6, 9]))[:, FOLLOWED].any()
    assert memory.of(np.zeros(0, np.int64)).shape[0] == 0
    assert not memory.of(np.array([5]))[:, SPREAD].any()  # forgotten with the row


def test_doubt_of_a_lost_track_does_not_grow_with_its_uncertainty() -> None:
    memory, size = _memory(), np.full(2, 100.0)
    memory[:, RESTLESS] = 0
    little, much = (
        doubt(memory, np.full(2, var), size, np.array([False, True]), STEP_S) for var in (1.0, 1e6)
    )
    assert much[0] > 900
    assert much[1] == pytest.approx(little[1])


def test_doubt_of_a_new_track_lets_it_start_fast() -> None:
    memory, size, held = _memory(), np.full(2, 100.0), np.zeros(2, bool)
    memory[1, RESTLESS] = 0
    new, calm = doubt(memory, np.zeros(2), size, held, STEP_S)
    assert new > 3 * calm


def test_who_is_believed() -> None:
    expected, doubts = np.array([[60.0, -30.0], [60, -30]]), np.array([20.0, 20.0])
    never = np.zeros(2)
    assert believed(_memory(), _drift(), expected, doubts, never).all()
    assert not believed(_memory(), _drift((300.0, -30.0)), expected, doubts, never).any()
    torn = _drift()._replace(support=np.array([0.1, 0.9]))
    assert believed(_memory(), torn, expected, doubts, never).tolist() == [False, True]
    half, steered = _drift()._replace(support=np.full(2, 0.5)), _memory()
    steered[0, FOLLOWED] = 1
    assert believed(steered, half, expected, doubts, never).tolist() == [True, False]


def test_who_is_seen_and_not_steered_for_long_is_believed_anew() -> None:
    memory, size, lost = _memory(), np.full(2, 100.0), np.array([False, True])
    memory[:, RESTLESS] = 0
    for _ in range(10):
        anew = doubt_anew(memory, size, lost, STEP_S)
    assert anew[0] == pytest.approx(100, rel=0.5)
    assert anew[1] == 0
    far, expected, doubts = _drift((250.0, -30.0)), np.tile([60.0, -30], (2, 1)), np.full(2, 20.0)
    assert believed(memory, far, expected, doubts, anew).tolist() == [True, False]
    torn = far._replace(support=np.full(2, 0.6))
    assert not believed(memory, torn, expected, doubts, anew).any()
    memory[:, FOLLOWED] = 1
    assert not doubt_anew(memory, size, lost, STEP_S).any()


def test_a_track_goes_where_the_field_goes() -> None:
    state, memory = _state(), _memory()
    start = state[POS].copy()
    for _ in range(30):
        steer(state, memory, _drift(), 40.0, STEP_S)
    assert state[POS, :, :2] - start[:, :2] == pytest.approx(np.tile([60, -30], (2, 1)), rel=0.05)
    assert state[VEL, :, :2] == pytest.approx(np.tile([60, -30], (2, 1)), rel=0.05)
    assert memory[:, FOLLOWED].all()
    assert memory[:, PULL][:, :2] == pytest.approx(np.tile([60, -30], (2, 1)))


def test_a_track_grows_as_the_field_says() -> None:
    state, memory = _state(), _memory()
    before = state[POS, :, 2:].copy()
    for _ in range(30):
        steer(state, memory, _drift((0.0, 0.0), growth=0.2), 40.0, STEP_S)
    assert state[POS, :, 2:] / before == pytest.approx(np.full((2, 2), np.exp(0.2)), rel=0.03)


def test_no_size_gets_less_than_nothing() -> None:
    state, memory = _state(), _memory()
    for _ in range(60):
        steer(state, memory, _drift((0.0, 0.0), growth=-50.0), 40.0, STEP_S)
    assert (state[POS, :, 2:] > 0).all()
    assert np.isfinite(state).all()


def test_detections_teach_that_the_field_tells_too_little() -> None:
    state, memory, kalman = _state(), _memory(), BoxFilter("size")
    true = kalman.measure(BOXES)
    for _ in range(150):
        steer(state, memory, _drift((48.0, 0.0)), 40.0, STEP_S)
        true[:, 0] += 60 * STEP_S
        kalman.update(state, true, kalman.noise(state[POS]))
    # The field alone would be 60 px behind by now.
    assert state[POS, :, 0] == pytest.approx(true[:, 0], abs=5)
    assert (state[VEL, :, 0] > 50).all()


def test_how_long_a_step_is_does_not_matter() -> None:
    fine, coarse = _state(), _state()
    memories = _memory(), _memory()
    for state, memory, steps in ((fine, memories[0], 24), (coarse, memories[1], 6)):
        for _ in range(steps):
            steer(state, memory, _drift(spread=5.0), 40.0, 0.4 / steps)
    assert fine[POS] == pytest.approx(coarse[POS], abs=1.0)
    assert fine[VAR, :, :2] == pytest.approx(coarse[VAR, :, :2], rel=0.3)


def test_uncertainty_stays_one() -> None:
    state, memory = _state(), _memory()
    rng = np.random.default_rng(1)
    for _ in range(300):
        drift = _drift(tuple(rng.normal(0, 200, 2)), rng.normal(0, 1), rng.uniform(0, 50))
        steer(state, memory, drift, 40.0, float(rng.choice([0.001, 0.03, 0.5])))
    assert np.isfinite(state).all()
    assert (state[VAR] > 0).all()
    assert (state[VEL_VAR] > 0).all()


def test_a_first_pull_is_weighed_against_what_is_known() -> None:
    state, memory = _state(), _memory()
    state[VEL_VAR] = 100.0
    follow(state, memory, np.full((2, 4), 50.0), np.full((2, 4), 10.0), 0.0)
    assert state[VEL] == pytest.approx(25.0)
    assert state[VEL_VAR] == pytest.approx(50.0)


def test_errors_are_rated_by_surprise_within_bounds() -> None:
    memory = _memory()
    memory[:, FOLLOWED] = [1, 0]
    rate(memory, np.array([4.0, 4.0]))
    assert memory[0, RATED] > 1
    assert memory[1, RATED] == 1
    for _ in range(100):
        rate(memory, np.array([1e9, 0.0]))
    most = memory[0, RATED]
    for _ in range(100):
        rate(memory, np.array([0.0, 0.0]))
    assert 0 < memory[0, RATED] < 1 < most < 100
