import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.filters import parse
from funscribe.script.filters.simplify import ramer_douglas_peucker

RNG = np.random.default_rng(5)
AT = np.cumsum(RNG.integers(1, 120, 600))
WAVE = np.clip(np.rint(50 + 40 * np.sin(AT / 400) + RNG.normal(0, 2, 600)), 0, 100)


@settings(max_examples=40)
@given(
    st.binary(max_size=90), st.sampled_from([0.5, 1, 2, 8]), st.booleans(), st.sampled_from(["fewest", "rdp"])
)
def test_all_that_is_left_out_is_near_the_lines_up_and_down(drawn, tolerance, turns, method):
    values = np.frombuffer(drawn, np.uint8).astype(int)
    count = len(values) // 2
    script = Script(np.cumsum(1 + values[:count]), values[count : 2 * count] % 101)
    step = parse(f"simplify(tolerance={tolerance}, keep_turns={turns}, method={method})")
    got = step(script)
    if len(script):
        drawn_line = np.interp(script.at_ms, got.at_ms, got.pos)
        assert np.abs(drawn_line - script.pos).max() <= tolerance + 1e-6
        assert set(got.at_ms.tolist()) <= set(script.at_ms.tolist())


@pytest.mark.parametrize("method", ["fewest", "rdp"])
def test_the_unit_of_time_does_not_matter(method):
    # A distance in a plane of ms and units would keep other points when time is ten times as long.
    step = parse(f"simplify(tolerance=5, method={method}, keep_turns=no)")
    plain, long = step(Script(AT, WAVE)), step(Script(AT * 10, WAVE))
    assert np.array_equal(plain.at_ms * 10, long.at_ms)
    assert len(plain) < 200


@pytest.mark.parametrize("method", ["fewest", "rdp"])
def test_turning_points_are_kept_if_asked(method):
    at = np.arange(0, 4000, 100)
    pos = np.where(np.arange(40) % 2, 52, 44)
    script = Script(at, pos)
    assert len(parse(f"simplify(tolerance=4, method={method}, keep_turns=yes)")(script)) == 40
    assert len(parse(f"simplify(tolerance=8, method={method}, keep_turns=no)")(script)) < 10


def test_the_longest_possible_lines_need_fewer_actions():
    fewest, rdp = (parse(f"simplify(tolerance=4, method={m})")(Script(AT, WAVE)) for m in ("fewest", "rdp"))
    assert len(fewest) <= len(rdp)


def test_splitting_does_not_grow_with_the_square_of_zigzags():
    # Splitting at the farthest point alone would cut one stroke off this at a time.

    at = np.arange(20_000)
    keep = np.zeros(20_000, bool)
    pos = np.where(at % 2, 100.0, 0.0)
    stays = ramer_douglas_peucker(at * 100, pos, keep, 2)
    assert stays.all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_almost_nothing(count):
    at = np.arange(count)
    assert ramer_douglas_peucker(at, at.astype(float), np.zeros(count, bool), 1).tolist() == [True] * count
