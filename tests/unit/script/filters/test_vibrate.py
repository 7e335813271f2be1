import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse

REST = Script([0, 500, 10_500, 11_000], [0, 50, 50, 100])


def test_a_long_rest_vibrates_softly_about_its_position():
    got = parse("vibrate(depth=10, rate_hz=2, fade_s=1)")(REST)
    inside = (got.at_ms > 500) & (got.at_ms < 10_500)
    assert set(np.diff(got.at_ms[inside]).tolist()) == {250}
    full = inside & (got.at_ms > 2000) & (got.at_ms < 9000)
    assert set(got.pos[full].tolist()) == {45, 55}
    assert np.abs(got.pos[inside][[0, -1]] - 50).max() <= 2
    assert {0, 500, 10_500, 11_000} <= set(got.at_ms.tolist())


def test_its_speed_is_what_is_told():
    got = parse("vibrate(depth=10, rate_hz=2)")(REST)
    inside = (got.at_ms >= 500) & (got.at_ms <= 10_500)
    speed = np.abs(np.diff(got.pos[inside])) / np.diff(got.at_ms[inside]) * 1000
    assert speed.max() <= 2 * 10 * 2


def test_at_an_end_of_the_range_it_goes_to_one_side():
    got = parse("vibrate(depth=10, fade_s=0)")(Script([0, 10_000], [100, 100]))
    assert set(got.pos[1:-1].tolist()) == {90, 100}


def test_motion_and_short_rests_do_not():
    script = Script([0, 500, 3000, 3500], [0, 50, 50, 100])
    assert len(parse("vibrate(rest_s=3)")(script)) == 4


def test_a_rest_of_many_actions_is_one_rest():
    at = np.arange(0, 10_001, 40)
    got = parse("vibrate(depth=8)")(Script(at, np.full(len(at), 50)))
    assert got.pos.max() == 54
    assert np.diff(got.at_ms).min() >= 200


def test_it_ends_after_the_longest_time():
    got = parse("vibrate(longest_s=5)")(REST)
    assert got.at_ms[got.at_ms < 10_500].max() <= 5500
