import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import apply, parse_all

STROKES = Script(np.arange(0, 30_001, 250), [20, 80] * 60 + [20])
CHANGES = [
    "invert", "shift(by=40)", "clamp(low=50, high=50)", "limit_speed(max_speed=150)", "offset(by_s=3)",
    "min_interval(interval_ms=90)", "keyframes", "amplify(factor=3)", "stretch(factor=0.3)",
]  # fmt: skip


def fastest(script):
    return (np.abs(np.diff(script.pos)) * 1000 / np.diff(script.at_ms)).max(initial=0)


def same(one, other):
    return np.array_equal(one.at_ms, other.at_ms) and np.array_equal(one.pos, other.pos)


def any_script(drawn, scale=6):
    values = np.frombuffer(drawn, np.uint8).astype(int)
    count = len(values) // 2
    return Script(np.cumsum(1 + values[:count] * scale), values[count : 2 * count] % 101)


def test_steps_are_done_in_order():
    assert apply(Script([0], [30]), parse_all(["shift(by=10)", "invert"])).pos.tolist() == [60]
    assert apply(Script([0], [30]), parse_all(["invert", "shift(by=10)"])).pos.tolist() == [80]
    assert same(apply(STROKES, ()), STROKES)


def test_a_passage_alone_is_changed():
    got = apply(STROKES, parse_all(["amplify(factor=0.5)"]), 10, 20)
    inside = (got.at_ms >= 10_000) & (got.at_ms <= 20_000)
    assert np.array_equal(got.pos[got.at_ms < 10_000], STROKES.pos[STROKES.at_ms < 10_000])
    assert np.array_equal(got.pos[got.at_ms > 20_000], STROKES.pos[STROKES.at_ms > 20_000])
    assert set(got.pos[inside][1:-1].tolist()) == {35, 65}


@settings(max_examples=150)
@given(st.binary(max_size=90), st.integers(0, 40_000), st.integers(1, 40_000), st.sampled_from(CHANGES))
def test_actions_outside_stay_and_nothing_jumps(drawn, start, length, change):
    script = any_script(drawn)
    got = apply(script, parse_all([change]), start / 1000, (start + length) / 1000)
    for part in (got.at_ms < start, got.at_ms > start + length):
        known = set(zip(script.at_ms.tolist(), script.pos.tolist(), strict=True))
        assert set(zip(got.at_ms[part].tolist(), got.pos[part].tolist(), strict=True)) <= known
    outside = (script.at_ms < start) | (script.at_ms > start + length)
    assert set(script.at_ms[outside].tolist()) <= set(got.at_ms.tolist())
    changed = parse_all([change])[0](script)
    # Rounding where a border cuts a way in two costs less than 12 units/s.
    assert fastest(got) <= max(fastest(script), fastest(changed), 100) + 12


@settings(max_examples=60)
@given(st.binary(max_size=90), st.integers(0, 40_000), st.integers(1, 40_000))
def test_what_changes_nothing_changes_nothing(drawn, start, length):
    script = any_script(drawn)
    assert same(apply(script, parse_all(["shift"]), start / 1000, (start + length) / 1000), script)


def test_a_limit_holds_at_the_joins():
    got = apply(STROKES, parse_all(["limit_speed(max_speed=150)"]), 10, 20)
    inside = (got.at_ms[:-1] >= 10_000) & (got.at_ms[1:] <= 20_000)
    speed = np.abs(np.diff(got.pos)) * 1000 / np.diff(got.at_ms)
    assert speed[inside].max() <= 150


def test_a_border_within_a_long_way_gets_an_action_of_its_own():
    script = Script([0, 10_000, 20_000], [0, 100, 100])
    got = apply(script, parse_all(["clamp(high=10)"]), 5, 15)
    assert (5000, 50) in zip(got.at_ms.tolist(), got.pos.tolist(), strict=True)
    assert (15_000, 100) in zip(got.at_ms.tolist(), got.pos.tolist(), strict=True)


def test_a_rest_without_actions_can_be_filled():
    script = Script([0, 60_000], [50, 50])
    got = apply(script, parse_all(["vibrate(depth=10)"]), 20, 30)
    assert got.at_ms[[0, -1]].tolist() == [0, 60_000]
    assert 20_000 <= got.at_ms[1] < 21_000
    assert 29_000 < got.at_ms[-2] <= 30_000
    assert len(got) > 20


def test_open_ends():
    early = apply(STROKES, parse_all(["shift(by=-20)"]), None, 10)
    assert early.pos[0] == 0
    assert early.pos[-1] == 20
    late = apply(STROKES, parse_all(["shift(by=-20)"]), 10, None)
    assert late.pos[-1] == 0
    assert late.pos[0] == 20


@pytest.mark.parametrize(("start", "end"), [(100, 200), (None, 0), (40, None)])
def test_where_nothing_is_nothing_changes(start, end):
    script = Script([1000, 2000], [0, 100])
    if end == 0:
        with pytest.raises(FilterInvalid, match="end later"):
            apply(script, parse_all(["invert"]), start, end)
    else:
        assert same(apply(script, parse_all(["invert"]), start, end), script)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (-1, 5), (float("nan"), 5), (0, float("nan"))])
def test_no_passage_is_refused(start, end):
    with pytest.raises(FilterInvalid, match="a passage must begin at 0 s or later"):
        apply(STROKES, parse_all(["invert"]), start, end)


def test_an_empty_script():
    assert len(apply(Script([], []), parse_all(["invert"]), 1, 2)) == 0
