import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.zigzag import runs, turns

curves = st.lists(st.integers(0, 30).map(float), max_size=60)


def slow_turns(values: list[float], depth: float) -> list[int]:
    """The definition, read aloud: alternate extremes, each `depth` from the one before and the one after."""
    extremes: list[int] = []
    for i, value in enumerate(values):
        if not extremes:
            low = min(range(i + 1), key=lambda k: (values[k], k))
            high = max(range(i + 1), key=lambda k: (values[k], -k))
            if values[high] - values[low] >= depth:
                extremes = sorted((low, high))
        else:
            before, last = values[extremes[-2]], values[extremes[-1]]
            rising = last > before
            if (value > last) if rising else (value < last):
                extremes[-1] = i
            elif abs(value - last) >= depth:
                extremes.append(i)
    return extremes[1:-1]


@given(curves, st.integers(1, 20))
def test_agrees_with_the_definition(values, depth):
    assert turns(values, depth).first.tolist() == slow_turns(values, depth)


@given(curves, st.integers(1, 20))
def test_neighbours_are_depth_apart_and_alternate(values, depth):
    found = turns(values, depth)
    levels = np.array(values)[found.first] if values else np.empty(0)
    steps = np.diff(levels)
    assert np.all(np.abs(steps) >= depth)
    assert np.all(np.sign(steps[1:]) == -np.sign(steps[:-1]))


@given(curves)
def test_a_flat_holds_one_value_and_no_more(values):
    found = turns(values, 3)
    for first, last in zip(found.first, found.last, strict=True):
        assert len(set(values[first : last + 1])) == 1
        assert values[first - 1] != values[first]
        assert values[last + 1] != values[last]


def test_ends_are_no_turns():
    assert turns([0, 100], 12).first.tolist() == []
    assert turns([0, 100, 0], 12).first.tolist() == [1]
    assert turns([50, 58, 20, 80], 12).first.tolist() == [2]


def test_nan_breaks_the_curve():
    assert turns([0, 50, np.nan, 0, 50, 0], 12).first.tolist() == [4]
    assert turns([np.nan] * 3, 12).first.tolist() == []


def test_infinity_breaks_the_curve_as_well():
    assert turns([0, 50, 0, np.inf, 0, 50, 0], 12).first.tolist() == [1, 5]


def test_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="depth must be more than 0"):
        turns([1, 2], 0)
    with pytest.raises(ValueError, match="depth must be more than 0"):
        turns([1, 2], float("nan"))
    with pytest.raises(ValueError, match="shape"):
        turns([[1, 2]], 1)


def test_runs():
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.zeros(0, bool)) == []
