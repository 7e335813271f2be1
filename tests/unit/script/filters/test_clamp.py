import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse


def test_positions_are_cut_off_and_the_others_stay():
    got = parse("clamp(low=20, high=70)")(Script([0, 1, 2, 3], [0, 50, 100, 70]))
    assert got.pos.tolist() == [20, 50, 70, 70]


def test_a_range_upside_down_is_refused():
    with pytest.raises(FilterInvalid, match="low must be at most high"):
        parse("clamp(low=80, high=20)")
