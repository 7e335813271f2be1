import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse


def test_low_and_high_go_to_the_ends_and_bounds_stay():
    got = parse("threshold(low=20, high=80)")(Script(range(6), [0, 19, 20, 80, 81, 100]))
    assert got.pos.tolist() == [0, 0, 20, 80, 100, 100]


def test_a_range_upside_down_is_refused():
    with pytest.raises(FilterInvalid, match="low must be at most high"):
        parse("threshold(low=80, high=20)")
