import numpy as np
import pytest

from funscribe.motion.follow import Course
from funscribe.motion.fuse import blend, fuse
from funscribe.motion.pair import Pair

RATE_HZ = 30.0


def seconds(duration_s):
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ


def course_of(path, tempo_hz=1.0, periodic=0.9):
    velocity = np.diff(path, prepend=path[0]) * RATE_HZ
    one = np.ones(len(path))
    return Course(velocity, tempo_hz * one, periodic * one, np.ones(288))


def pair_of(time_s, place, every=3, jitter=0.0, seed=0):
    rows = np.arange(0, len(time_s), every)
    noise = np.random.default_rng(seed).normal(0, 1, len(rows)) * jitter
    return Pair(time_s[rows], place[rows] + noise, np.ones(len(rows)), (0.0, -1.0))


def stroke(time_s, hz=1.0):
    return 0.3 * np.sin(2 * np.pi * hz * time_s)


def wandering(time_s, seed=0, size=0.05):
    return np.cumsum(np.random.default_rng(seed).normal(0, 1, len(time_s))) * size / np.sqrt(RATE_HZ)


def run(pair, path, time_s, on=None, **how):
    return fuse(pair, time_s, course_of(path, **how), np.ones(len(time_s), bool) if on is None else on)


def error(found, truth):
    return float(np.sqrt(np.mean((found - truth) ** 2)))


def test_both_together_are_nearer_than_each():
    time_s = seconds(30)
    truth = stroke(time_s) + 0.2 * np.sin(0.3 * time_s)
    pair, path = pair_of(time_s, truth, jitter=0.05), truth + wandering(time_s, size=0.1)
    found = run(pair, path, time_s)
    alone = np.interp(time_s, pair.time_s, pair.place)
    assert error(found.place, truth) < 0.7 * error(alone, truth)
    assert error(found.place, truth) < 0.5 * error(path - path.mean(), truth - truth.mean())
    assert found.trust.min() > 0.8


def test_tempos_that_the_boxes_are_too_slow_for_come_from_the_field():
    time_s = seconds(20)
    truth = stroke(time_s, 4.0)
    found = run(pair_of(time_s, truth, every=4, jitter=0.03), truth, time_s, tempo_hz=4.0)
    assert np.corrcoef(found.place, truth)[0, 1] > 0.99


@pytest.mark.parametrize("factor", [-7.0, -0.1, 0.1, 7.0])
def test_the_field_may_have_any_scale_and_sign(factor):
    time_s = seconds(20)
    truth = stroke(time_s)
    found = run(pair_of(time_s, truth, jitter=0.03), factor * truth, time_s)
    assert error(found.place, truth) < 0.03
    assert found.sign == np.sign(factor)


def test_the_scale_may_change_along_the_clip():
    time_s = seconds(60)
    truth = stroke(time_s)
    scale = 1 + 0.5 * np.sin(2 * np.pi * time_s / 40)
    path = np.cumsum(np.diff(truth, prepend=0) * scale)
    found = run(pair_of(time_s, truth, jitter=0.03), path, time_s)
    assert error(found.place, truth) < 0.03


def test_a_drifting_field_does_not_take_the_place_with_it():
    time_s = seconds(120)
    truth = stroke(time_s)
    found = run(pair_of(time_s, truth, jitter=0.03), truth + 0.05 * time_s, time_s)
    assert abs(float(np.mean(found.place[-300:]))) < 0.02


def test_outliers_are_left_out():
    time_s = seconds(20)
    truth = stroke(time_s)
    pair = pair_of(time_s, truth, jitter=0.02)
    pair.place[::17] += 2.0
    assert error(run(pair, truth, time_s).place, truth) < 0.05


def test_what_is_hidden_goes_on_as_before_and_long_gaps_are_not_trusted():
    time_s = seconds(30)
    truth = stroke(time_s)
    path = truth.copy()
    path[300:340] = path[300]  # the field is that of what hides it
    path[340:] += path[300] - truth[340]
    pair = pair_of(time_s, truth, jitter=0.01)
    kept = (pair.time_s < 10) | (pair.time_s > 11.3)
    kept &= (pair.time_s < 20) | (pair.time_s > 26)
    gaps = Pair(pair.time_s[kept], pair.place[kept], pair.say[kept], pair.direction)
    found = run(gaps, path, time_s)
    assert error(found.place[300:340], truth[300:340]) < 0.06
    assert found.trust[690] == 0
    assert found.trust[320] > 0.5


def test_noise_is_not_trusted():
    time_s = seconds(30)
    found = run(pair_of(time_s, np.zeros(len(time_s)), jitter=0.1), stroke(time_s), time_s)
    assert np.median(found.trust) < 0.5


def test_a_rest_is_held():
    time_s = seconds(20)
    truth = np.where((time_s > 8) & (time_s < 14), 0.0, stroke(time_s))
    on = ~((time_s > 8) & (time_s < 14))
    found = run(pair_of(time_s, truth, jitter=0.02), truth, time_s, on)
    assert np.abs(np.diff(found.place[260:400])).max() * RATE_HZ < 0.05


def test_too_little_is_nothing():
    time_s = seconds(10)
    few = Pair(time_s[:5], np.zeros(5), np.ones(5), (0.0, -1.0))
    assert run(few, stroke(time_s), time_s) is None


@pytest.mark.parametrize("place", [0.0, 1.0, 1e6])
def test_a_place_that_never_changes_gives_finite_curves(place):
    time_s = seconds(10)
    for path in (np.zeros(300), stroke(time_s)):
        found = run(pair_of(time_s, np.full(300, place)), path, time_s)
        assert np.isfinite(found.place).all()
        assert ((found.trust >= 0) & (found.trust <= 1)).all()


def test_a_blend_is_the_pair_where_it_is_trusted_and_else_the_field():
    time_s = seconds(30)
    truth, on = stroke(time_s), np.ones(900, bool)
    course, field = course_of(truth), (np.full(900, 0.25), np.full(900, 0.4))
    pair = pair_of(time_s, truth, jitter=0.01)
    position, trust = blend([pair], course, time_s, on, field, 1.0)
    assert np.corrcoef(position, truth)[0, 1] > 0.999
    assert position.min() == 0
    assert position.max() == 1
    assert trust.min() > 0.9
    noise = pair_of(time_s, np.zeros(900), jitter=0.1)
    assert np.corrcoef(blend([noise, pair], course, time_s, on, field, 1.0)[0], truth)[0, 1] > 0.999
    for none in ([], [noise]):
        position, trust = blend(none, course, time_s, on, field, 1.0)
        assert position is field[0]
        assert trust is field[1]


def test_half_of_the_pair_is_half_of_each():
    time_s = seconds(30)
    truth = stroke(time_s)
    field = (np.full(900, 0.5), np.zeros(900))
    pair = pair_of(time_s, truth)
    whole, half = (
        blend([pair], course_of(truth), time_s, np.ones(900, bool), field, m)[0] for m in (1.0, 0.5)
    )
    assert half == pytest.approx((whole + 0.5) / 2)
