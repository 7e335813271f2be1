import numpy as np
import pytest

from funscribe.bench.scores import score_count, score_scene, score_track
from funscribe.evaluate import Truth
from funscribe.pipeline import Composition
from funscribe.records import MotionSignal, Script

T_MS = np.arange(0, 20_050, 50)
WAVE = 50 + 40 * np.sin(2 * np.pi * T_MS / 1000)
TRUTH = Truth(T_MS, WAVE)


def made(pos, confidence=0.8):
    pos = np.asarray(pos, dtype=np.float64)
    sure = np.broadcast_to(np.asarray(confidence, dtype=np.float64), T_MS.shape)
    signal = MotionSignal(T_MS / 1000, pos / 100, sure)
    return Composition(signal, Script(T_MS, np.rint(pos)))


def test_a_right_script():
    got = score_scene("x", True, made(WAVE), TRUTH)
    assert (got.sign_right, got.confidence, got.scores.f1) == (True, pytest.approx(0.8), 1)
    assert got.worst_local_r == pytest.approx(1, abs=1e-3)
    assert len(got.windows) == 7


def test_up_can_be_wrong_only_where_it_is_defined():
    upside_down = made(100 - WAVE)
    assert score_scene("x", True, upside_down, TRUTH).sign_right is False
    got = score_scene("x", False, upside_down, TRUTH)
    assert got.sign_right is None
    assert got.worst_local_r == pytest.approx(1, abs=1e-3)


def test_a_passage_upside_down_shows_in_the_worst_window():
    turned = np.where(T_MS < 14_000, WAVE, 100 - WAVE)
    got = score_scene("x", False, made(turned, np.where(T_MS < 14_000, 0.9, 0.1)), TRUTH)
    assert got.worst_local_r < -0.9
    last = got.windows[-1]
    assert (last.t_s, last.confidence) == (pytest.approx(17.5, abs=0.02), pytest.approx(0.1, abs=0.03))


def test_a_scene_without_truth():
    nothing = Truth(T_MS, np.full(len(T_MS), np.nan))
    got = score_scene("x", True, made(WAVE), nothing)
    assert (got.sign_right, got.worst_local_r, got.windows, got.depth_rank) == (None, None, (), None)


@pytest.mark.parametrize(("true", "error", "within"), [(20, 0.0, True), (21, 1 / 21, True), (25, 0.2, False)])
def test_cycles_are_counted(true, error, within):
    got = score_count("quva", "x", made(WAVE), true)
    assert got.found == pytest.approx(20, abs=0.5)
    assert got.error == pytest.approx(error, abs=0.03)
    assert got.within_one is within


def test_a_script_without_cycles_misses_all():
    got = score_count("quva", "x", made(np.full(len(T_MS), 50.0)), 5)
    assert (got.found, got.error, got.within_one) == (0, 1, False)


def test_a_track_has_no_right_side_up():
    assert score_track("x", made(100 - WAVE), TRUTH).r == pytest.approx(1, abs=1e-3)


def test_the_lag_of_a_track_can_be_taken_out():
    late = 50 + 40 * np.sin(2 * np.pi * (T_MS - 60) / 1000)
    got = score_track("x", made(late), TRUTH)
    assert got.scores.lag_ms == 60
    assert got.r == pytest.approx(np.cos(2 * np.pi * 0.06), abs=0.01)
    assert got.r_aligned == pytest.approx(1, abs=2e-3)


def test_a_script_that_stands_still_follows_no_track():
    still = Composition(MotionSignal([0.0], [0.5], [0.0]), Script([], []))
    assert score_track("x", still, TRUTH).r == 0
    assert score_track("x", made(np.full(len(T_MS), 50.0)), TRUTH).r == 0
