import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.filters import parse

ZIGZAG = Script(np.arange(40) * 125, [0, 100] * 20)


@settings(max_examples=100)
@given(
    st.binary(max_size=90),
    st.integers(1, 10_000) | st.floats(1, 10_000),
    st.sampled_from(["depth", "strokes", "time"]),
    st.sampled_from([0, 1, 8]),
)
def test_no_neighbours_are_faster_than_the_limit_exactly(drawn, limit, by, scale):
    values = np.frombuffer(drawn, np.uint8).astype(int)
    count = len(values) // 2
    script = Script(np.cumsum(1 + values[:count] * scale), values[count : 2 * count] % 101)
    got = parse(f"limit_speed(max_speed={limit!r}, by={by})")(script)
    assert np.all(np.abs(np.diff(got.pos)) * 1000 <= limit * np.diff(got.at_ms))


def test_not_even_by_rounding():
    # At 500 units/s these would be 7.5 units: 8 are 533 units/s.
    got = parse("limit_speed(max_speed=500)")(Script([0, 15, 30, 45], [0, 30, 60, 90]))
    assert np.abs(np.diff(got.pos)).max() == 7


def test_by_depth_top_and_bottom_lose_alike():
    got = parse("limit_speed(max_speed=400)")(ZIGZAG)
    assert got.pos.tolist() == [25, 75] * 20
    assert np.array_equal(got.at_ms, ZIGZAG.at_ms)


def test_by_strokes_depth_stays_and_fewer_are_made():
    got = parse("limit_speed(max_speed=400, by=strokes)")(ZIGZAG)
    assert got.pos.tolist()[:6] == [0, 100] * 3
    assert np.diff(got.at_ms)[:5].tolist() == [375] * 5


def test_by_strokes_what_is_slow_enough_keeps_its_shape():
    at = np.array([0, 200, 300, 600, 900, 1200, 1250, 1300, 1800])
    script = Script(at, [0, 60, 70, 100, 40, 90, 0, 90, 20])
    got = parse("limit_speed(max_speed=400, by=strokes)")(script)
    assert got.at_ms.tolist() == [0, 200, 300, 600, 900, 1200, 1800]


def test_by_strokes_a_brief_one_out_of_a_rest_goes_and_the_rest_stays():
    script = Script([0, 5000, 5100, 5200, 9000, 9400], [100, 100, 0, 100, 100, 20])
    got = parse("limit_speed(max_speed=400, by=strokes)")(script)
    assert got.at_ms.tolist() == [0, 5000, 5200, 9000, 9400]
    assert got.pos.tolist() == [100, 100, 100, 100, 20]


def test_by_time_positions_stay_and_it_gets_longer():
    script = Script([0, 125, 1125, 1250], [0, 100, 0, 10])
    got = parse("limit_speed(max_speed=400, by=time)")(script)
    assert got.pos.tolist() == [0, 100, 0, 10]
    assert got.at_ms.tolist() == [0, 250, 1250, 1375]


@pytest.mark.parametrize("by", ["depth", "strokes", "time"])
def test_what_is_slow_enough_stays(by):
    got = parse(f"limit_speed(max_speed=800, by={by})")(ZIGZAG)
    assert np.array_equal(got.pos, ZIGZAG.pos)
    assert np.array_equal(got.at_ms, ZIGZAG.at_ms)
