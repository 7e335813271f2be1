import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.script.chapters import parse_time, time_text


@given(st.integers(0, 400_000_000))
def test_round_trip_to_the_millisecond(ms):
    assert round(parse_time(time_text(ms / 1000)) * 1000) == ms


@pytest.mark.parametrize(
    ("text", "time_s"),
    [("0", 0), ("61.5", 61.5), ("2:03", 123), ("1:02:03.250", 3723.25), ("100:00:00", 360_000)],
)
def test_forms(text, time_s):
    assert parse_time(text) == time_s


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "1:", ":1", "1:2:3:4", "1e3", "\u0661", None, 5, [], "0" * 5000]
)
def test_refused(text):
    assert parse_time(text) is None
