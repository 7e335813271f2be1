import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse


def test_the_whole_range_is_drawn_together():
    got = parse("scale(low=20, high=70)")(Script([0, 1, 2, 3], [0, 50, 100, 40]))
    assert got.pos.tolist() == [20, 45, 70, 40]


def test_a_range_upside_down_is_refused():
    with pytest.raises(FilterInvalid, match="low must be at most high, not 80 and 20"):
        parse("scale(low=80, high=20)")
