import numpy as np
import pytest

from funscribe.motion.rest import moving

REST_SPEED = 0.02
TIME_S = np.arange(900) / 30


def stroke(hz, size=0.5):
    return size * np.cos(2 * np.pi * hz * TIME_S)


def tell(velocity, tempo_hz=1.0, noise=0.0):
    velocity = np.asarray(velocity, float)
    return moving(velocity, np.full(len(velocity), noise), tempo_hz, REST_SPEED)


@pytest.mark.parametrize("hz", [0.15, 0.4, 1.0, 4.0])
def test_no_stroke_is_rest_not_even_as_a_slow_one_turns(hz):
    assert tell(stroke(hz), hz).all()


@pytest.mark.parametrize("hz", [0.5, 1.0, 4.0])
def test_silence_is_rest(hz):
    quiet = (TIME_S >= 10) & (TIME_S < 16)
    on = tell(np.where(quiet, 0, stroke(hz)), hz)
    assert not on[(TIME_S > 10.5) & (TIME_S < 15.5)].any()
    assert on[(TIME_S < 9.5) | (TIME_S > 16.5)].all()


def test_silence_at_both_ends_is_rest():
    on = tell(np.where((TIME_S > 8) & (TIME_S < 22), stroke(1.0), 0))
    assert not on[(TIME_S < 7.5) | (TIME_S > 22.5)].any()
    assert on[(TIME_S > 8.5) & (TIME_S < 21.5)].all()


@pytest.mark.parametrize(("frames", "moves"), [(1, False), (3, False), (9, False), (30, True)])
def test_a_twitch_is_no_motion(frames, moves):
    velocity = np.zeros(900)
    velocity[450 : 450 + frames] = 3.0
    assert tell(velocity).any() == moves


@pytest.mark.parametrize(("frames", "rests"), [(1, False), (3, False), (12, False), (30, True)])
def test_a_pause_of_less_than_half_a_second_is_no_rest(frames, rests):
    velocity = np.full(900, 0.5)
    velocity[450 : 450 + frames] = 0
    assert tell(velocity).all() != rests


@pytest.mark.parametrize(("speed", "moves"), [(0.5, False), (2.0, True)])
def test_the_rest_speed_is_the_bound(speed, moves):
    assert (tell(np.full(300, speed * REST_SPEED)) == moves).all()


@pytest.mark.parametrize(("noise", "moves"), [(0.02, True), (0.5, False)])
def test_motion_stands_out_from_that_in_other_directions(noise, moves):
    assert (tell(np.full(300, 0.3), noise=noise) == moves).all()


def test_what_is_far_weaker_than_the_strokes_around_is_rest():
    faint = (TIME_S > 13) & (TIME_S < 17)
    assert tell(stroke(1.0, 0.1)).all()
    on = tell(np.where(faint, stroke(1.0, 0.1), stroke(1.0, 100.0)))
    assert not on[(TIME_S > 13.5) & (TIME_S < 16.5)].any()


def test_what_is_weaker_than_strokes_long_past_moves():
    late = TIME_S > 8
    on = tell(np.where(late, stroke(1.0, 0.1), stroke(1.0, 100.0)))
    assert on[TIME_S > 22].all()


@pytest.mark.parametrize("count", [1, 2, 3, 10])
@pytest.mark.parametrize("tempo_hz", [0.0, 0.1, 1.0, 9.0])
def test_short_curves(count, tempo_hz):
    assert tell(np.zeros(count), tempo_hz).tolist() == [False] * count
    assert tell(np.ones(count), tempo_hz).tolist() == [True] * count
