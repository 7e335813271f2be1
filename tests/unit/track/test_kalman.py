"""The box filter: what it measures, that it is the matrix filter of papers, and that time may be uneven."""

import numpy as np
import pytest

from funscribe.track.kalman import COV, POS, VAR, VEL, VEL_VAR, BoxFilter

BOX = np.array([[100.0, 200.0, 160.0, 380.0], [5.0, 5.0, 6.0, 9.0]])
FORMS = ("aspect", "size")


class _Matrices:
    """The same filter written with 8 x 8 matrices, a frame of 1/30 s at a time, in frames."""

    def __init__(self, form: str, measured: np.ndarray) -> None:
        self.form = form
        self.mean = np.concatenate([measured, np.zeros(4)])
        place, speed = self._sizes(measured)
        first = np.concatenate([2 * place, 10 * speed])
        if form == "aspect":
            first[[2, 6]] = 1e-2, 1e-5
        self.cov = np.diag(first**2)

    def _sizes(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sizes = np.full(4, at[3]) if self.form == "aspect" else at[[2, 3, 2, 3]]
        place, speed = sizes / 20, sizes / 160
        if self.form == "aspect":
            place[2], speed[2] = 1e-2, 1e-5
        return place, speed

    def predict(self) -> None:
        step = np.eye(8) + np.eye(8, k=4)
        noise = np.diag(np.concatenate(self._sizes(self.mean[:4])) ** 2)
        self.mean = step @ self.mean
        self.cov = step @ self.cov @ step.T + noise

    def update(self, measured: np.ndarray) -> None:
        see = np.eye(4, 8)
        noise = self._sizes(self.mean[:4])[0]
        if self.form == "aspect":
            noise[2] = 1e-1
        gain = self.cov @ see.T @ np.linalg.inv(see @ self.cov @ see.T + np.diag(noise**2))
        self.mean = self.mean + gain @ (measured - see @ self.mean)
        self.cov = self.cov - gain @ see @ self.cov


@pytest.mark.parametrize("form", FORMS)
def test_boxes_are_measured_and_told_back(form: str) -> None:
    kalman = BoxFilter(form)
    np.testing.assert_allclose(kalman.boxes(kalman.measure(BOX)), BOX)


@pytest.mark.parametrize("form", FORMS)
def test_at_thirty_frames_a_second_it_is_the_matrix_filter_of_the_papers(form: str) -> None:
    rng = np.random.default_rng(1)
    kalman = BoxFilter(form)
    boxes = BOX[0] + np.arange(20)[:, None] * [4, 1, 4.5, 1.5] + rng.normal(0, 2, (20, 4))
    measured = kalman.measure(boxes)
    state, slow = kalman.begin(measured[:1]), _Matrices(form, measured[0])
    for place in measured[1:]:
        kalman.predict(state, 1 / 30)
        slow.predict()
        kalman.update(state, place[None], kalman.noise(state[POS]))
        slow.update(place)
    np.testing.assert_allclose(state[POS, 0], slow.mean[:4], rtol=1e-9)
    np.testing.assert_allclose(state[VEL, 0] / 30, slow.mean[4:], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(state[VAR, 0], np.diag(slow.cov)[:4], rtol=1e-9)
    np.testing.assert_allclose(state[COV, 0] / 30, np.diag(slow.cov, 4), rtol=1e-6, atol=1e-15)
    np.testing.assert_allclose(state[VEL_VAR, 0] / 900, np.diag(slow.cov)[4:], rtol=1e-9)


def test_a_steady_motion_is_learnt_at_uneven_times() -> None:
    kalman = BoxFilter("size")
    times = np.cumsum(np.random.default_rng(2).uniform(0.01, 0.08, 150))
    state = kalman.begin(kalman.measure(BOX[:1]))
    before = times[0]
    for now in times[1:]:
        kalman.predict(state, now - before)
        before = now
        at = BOX[:1] + (now - times[0]) * np.array([120.0, -30, 120, -30])
        kalman.update(state, kalman.measure(at), kalman.noise(state[POS]))
    np.testing.assert_allclose(state[VEL, 0, :2], [120, -30], rtol=0.02)
    kalman.predict(state, 0.1)
    wanted = kalman.measure(at + 0.1 * np.array([120.0, -30, 120, -30]))
    np.testing.assert_allclose(state[POS], wanted, atol=0.5)


def test_two_short_steps_move_as_far_as_a_long_one() -> None:
    kalman = BoxFilter("size")
    once = kalman.begin(kalman.measure(BOX))
    once[VEL] = [30, -20, 0, 0]
    twice = once.copy()
    kalman.predict(once, 0.2)
    kalman.predict(twice, 0.1)
    kalman.predict(twice, 0.1)
    np.testing.assert_allclose(twice[POS], once[POS])
    np.testing.assert_allclose(twice[VEL_VAR], once[VEL_VAR], rtol=0.2)


def test_a_number_of_unbounded_noise_changes_nothing() -> None:
    kalman = BoxFilter("size")
    state = kalman.begin(kalman.measure(BOX))
    kalman.predict(state, 0.1)
    before = state.copy()
    kalman.update(state, state[POS] + 50, np.array([np.inf, np.inf, 1.0, 1.0]))
    np.testing.assert_array_equal(state[..., :2], before[..., :2])
    assert (state[POS, :, 2:] > before[POS, :, 2:] + 1).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_box_that_shrinks_never_turns_inside_out(form: str) -> None:
    kalman = BoxFilter(form)
    state = kalman.begin(kalman.measure(BOX))
    state[VEL, :, 2:] = -1000
    for _ in range(50):
        kalman.predict(state, 0.1)
    boxes = kalman.boxes(state[POS])
    assert np.isfinite(state).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_camera_carries_boxes_along(form: str) -> None:
    kalman = BoxFilter(form)
    state = kalman.begin(kalman.measure(BOX))
    state[VEL] = [10, 0, 0, 0]
    before = state.copy()
    kalman.move(state, np.array([[1.1, 0, 7], [0, 1.1, -3]]))
    np.testing.assert_allclose(kalman.boxes(state[POS]), BOX * 1.1 + [7, -3, 7, -3])
    np.testing.assert_allclose(state[VEL, :, 0], 11)
    np.testing.assert_allclose(state[VAR, :, :2], before[VAR, :, :2] * 1.21)


def test_a_turn_moves_centres_and_keeps_sizes_and_spread() -> None:
    kalman = BoxFilter("aspect")
    state = kalman.begin(kalman.measure(BOX))
    before = state.copy()
    angle = 0.1
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0]])
    kalman.move(state, turn)
    np.testing.assert_allclose(state[POS, :, :2], before[POS, :, :2] @ turn[:, :2].T)
    np.testing.assert_allclose(state[POS, :, 2:], before[POS, :, 2:])
    np.testing.assert_allclose(state[VAR], before[VAR])
