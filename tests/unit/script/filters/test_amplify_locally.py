import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse

AT = np.arange(0, 120_000, 250)
ZIGZAG = np.where(np.arange(len(AT)) % 2, 1, -1)


def depth(script, begin_s, end_s):
    part = script.pos[(script.at_ms >= begin_s * 1000) & (script.at_ms < end_s * 1000)]
    return part.max() - part.min()


def of_depths(first, second, middle=50):
    half = np.where(AT < 60_000, first / 2, second / 2)
    return Script(AT, middle + half * ZIGZAG)


def test_shallow_stretches_gain_more_than_deep_ones_but_stay_shallower():
    got = parse("amplify_locally(strength=0.5)")(of_depths(40, 80))
    assert abs(depth(got, 10, 50) - 40 * (100 / 40) ** 0.5) <= 2
    assert abs(depth(got, 70, 110) - 80 * (100 / 80) ** 0.5) <= 2


def test_at_full_strength_all_reach_the_depth_asked_for():
    got = parse("amplify_locally(strength=1, depth=90)")(of_depths(40, 80))
    assert abs(depth(got, 10, 50) - 90) <= 2
    assert abs(depth(got, 70, 110) - 90) <= 2


def test_no_strength_changes_nothing():
    script = of_depths(40, 80)
    assert np.array_equal(parse("amplify_locally(strength=0)")(script).pos, script.pos)


def test_trembling_at_rest_is_not_amplified():
    script = Script(AT, np.where(AT < 60_000, 50 + 45 * ZIGZAG, 50 + ZIGZAG))
    got = parse("amplify_locally(strength=1)")(script)
    assert depth(got, 70, 120) == 2


def test_nothing_is_cut_off_near_an_end_of_the_range():
    got = parse("amplify_locally(strength=1, depth=60)")(of_depths(20, 20, middle=88))
    calm = got.pos[40:-40]
    assert calm.max() == 100
    assert set(calm.tolist()) == {40, 100}
