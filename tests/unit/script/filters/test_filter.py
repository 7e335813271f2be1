import numpy as np

from funscribe.records import Script
from funscribe.script.filters.clamp import FILTER
from funscribe.script.filters.filter import only, with_actions, with_positions

SCRIPT = Script([0, 10, 20], [1, 2, 3], {"title": "x"})


def test_positions_are_rounded_and_cut():
    got = with_positions(SCRIPT, [-3.2, 49.6, 100.4])
    assert got.pos.tolist() == [0, 50, 100]
    assert got.metadata == {"title": "x"}


def test_actions_are_sorted_and_the_first_of_equals_stands():
    got = with_actions(SCRIPT, [30.4, 10, -5, 30], [1, 2, 3, 4])
    assert got.at_ms.tolist() == [10, 30]
    assert got.pos.tolist() == [2, 1]
    assert len(with_actions(SCRIPT, [], [])) == 0


def test_some_of_the_actions():
    assert only(SCRIPT, np.array([True, False, True])).pos.tolist() == [1, 3]
    assert only(SCRIPT, np.array([1])).at_ms.tolist() == [10]


def test_a_filter_says_what_it_does_in_a_line():
    assert FILTER.summary.startswith("Cuts positions off")
