import numpy as np
import pytest

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import parse
from funscribe.script.filters.paste import copies

TEXT = "paste(at_s=1, pattern=[[0, 0], [200, 100], [400, 0]], times=3)"


def test_a_pattern_takes_the_place_of_what_is_there():
    got = parse(TEXT)(Script([0, 900, 1100, 2300, 5000], [1, 2, 3, 4, 5]))
    assert got.at_ms.tolist() == [0, 900, 1000, 1200, 1400, 1600, 1800, 2000, 2200, 2300, 5000]
    assert got.pos.tolist() == [1, 2, 0, 100, 0, 100, 0, 100, 0, 4, 5]


def test_it_may_go_on_after_the_end_and_into_nothing():
    assert parse(TEXT)(Script([], [])).at_ms[-1] == 2200
    assert parse(TEXT)(Script([0], [50])).at_ms[-1] == 2200


def test_no_pattern_changes_nothing():
    assert len(parse("paste(at_s=0)")(Script([0, 1], [0, 1]))) == 2


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("[[0, 0], [0, 1]]", "must increase"),
        ("[[-5, 0]]", "must increase from 0 ms"),
        ("[[0, 101]]", "must lie in 0..100"),
        ("[[0, 1, 2]]", "length 2"),
        ("[3]", "array"),
        ("5", "array"),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern, said):
    with pytest.raises(FilterInvalid, match=said):
        parse(f"paste(pattern={pattern})")


def test_too_many_actions_are_refused():
    with pytest.raises(FilterInvalid, match="at most 1000000"):
        copies(np.arange(1001), np.zeros(1001, int), 5000, 1000)
