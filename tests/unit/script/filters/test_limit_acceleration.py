from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.filters import parse


def hardest(script):
    """Largest acceleration at an inner action, as a fraction (units/s^2)."""
    at, pos = script.at_ms.tolist(), script.pos.tolist()
    found = [Fraction(0)]
    for i in range(1, len(at) - 1):
        before = Fraction(pos[i] - pos[i - 1], at[i] - at[i - 1])
        after = Fraction(pos[i + 1] - pos[i], at[i + 1] - at[i])
        found.append(2_000_000 * abs(after - before) / (at[i + 1] - at[i - 1]))
    return max(found)


@settings(max_examples=60)
@given(st.binary(max_size=80), st.integers(1, 100_000), st.sampled_from([0, 1, 8]))
def test_no_action_bends_more_than_the_limit_exactly(drawn, limit, scale):
    values = np.frombuffer(drawn, np.uint8).astype(int)
    count = len(values) // 2
    script = Script(np.cumsum(1 + values[:count] * scale), values[count : 2 * count] % 101)
    got = parse(f"limit_acceleration(max_acceleration={limit})")(script)
    assert hardest(got) <= limit * (1 + Fraction(1, 10**12))
    if count:
        assert got.at_ms[[0, -1]].tolist() == script.at_ms[[0, -1]].tolist()


def test_depth_is_given_up_at_tops_and_bottoms_alike():
    script = Script(np.arange(41) * 250, [0, 100] * 20 + [0])
    got = parse("limit_acceleration(max_acceleration=1600)")(script)
    inner = got.pos[8:-8]
    assert len(got) == 41
    assert abs(int(inner.max() + inner.min()) - 100) <= 2
    # 1600 units/s^2 and legs of 250 ms are 50 units of bend; rounding may cost two.
    assert 46 <= inner.max() - inner.min() <= 50


def test_a_sine_that_is_soft_enough_stays():
    at = np.arange(0, 10_001, 100)
    script = Script(at, np.rint(50 + 40 * np.sin(2 * np.pi * at / 2000)))
    assert hardest(script) < 800
    assert np.array_equal(parse("limit_acceleration(max_acceleration=800)")(script).pos, script.pos)


def test_a_line_bends_by_nothing():
    script = Script([0, 3, 10, 70, 100], [0, 3, 10, 70, 100])
    assert np.array_equal(parse("limit_acceleration(max_acceleration=1)")(script).pos, script.pos)
