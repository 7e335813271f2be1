import numpy as np
import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse


def passages():
    """Strokes of 40..60, a rest of 5 s, strokes of 20..80 with smaller ones among them."""
    first = [40, 60] * 8
    second = [20, 80, 35, 65] * 4
    at = [*range(0, 4000, 250), 8750, *range(9000, 13_000, 250)]
    return Script(at, [*first, 60, *second])


def test_each_passage_fills_the_range_by_itself():
    got = parse("fill_range")(passages())
    assert got.pos[:16].tolist() == [0, 100] * 8
    assert got.pos[17:].tolist() == [0, 100, 25, 75] * 4


def test_half_of_the_way():
    assert parse("fill_range(strength=0.5)")(passages()).pos[:2].tolist() == [20, 80]


def test_what_is_too_shallow_stays():
    got = parse("fill_range(least_depth=30)")(passages())
    assert got.pos[:16].tolist() == [40, 60] * 8
    assert got.pos[17:19].tolist() == [0, 100]


def test_no_jump_between_passages():
    got = parse("fill_range")(passages())
    speed = np.abs(np.diff(got.pos)) / np.diff(got.at_ms)
    assert speed[15] <= 100 / 5000
    assert got.pos[15:17].tolist() == [100, 67]


def test_no_range_is_refused():
    with pytest.raises(FilterInvalid, match="low must be less than high"):
        parse("fill_range(low=20, high=20)")
