"""What is kept of tensors that are joined, split, and read in another shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.detect.engines.openvino_axes import Axes, Refused, broadcast, joined, regrouped, shortened


def kept(*axes: Any) -> Axes:
    return tuple(None if places is None else np.array(places) for places in axes)


def plain(axes: Axes) -> list[Any]:
    return [None if places is None else places.tolist() for places in axes]


def taken(values: Any, axes: Axes) -> Any:
    for axis, places in enumerate(axes):
        values = values if places is None else values.take(places, axis)
    return values


def test_an_axis_that_stays_has_no_list() -> None:
    assert shortened(5, 5) is None
    assert plain((shortened(5, 3),)) == [[0, 1, 2]]


def test_lines_and_columns_in_a_row() -> None:
    # Two lines and three columns of a grid of three lines and four columns.
    axes = kept(None, None, [0, 1], [0, 1, 2])
    found = regrouped([1, 8, 3, 4], [1, 2, 4, 12], axes)
    assert plain(found) == [None, None, None, [0, 1, 2, 4, 5, 6]]
    assert plain(regrouped([1, 2, 4, 12], [1, 8, 3, 4], found)) == plain(axes)


@pytest.mark.parametrize(
    ("old", "new", "axes"),
    [
        ([12], [3, 4], kept([0, 1, 2, 4])),  # no rectangle
        ([12], [3, 4], kept([1, 0])),  # another order
        ([12], [5, 3], kept([0, 1])),
        ([0, 3], [3, 0], kept(None, [0, 1])),
    ],
)
def test_what_is_no_tensor_any_more_is_refused(old: list[int], new: list[int], axes: Axes) -> None:
    with pytest.raises(Refused):
        regrouped(old, new, axes)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_reading_in_another_shape_keeps_the_same_values(data: Any) -> None:
    sides = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    least = [data.draw(st.integers(1, side)) for side in sides]
    axes = tuple(shortened(side, few) for side, few in zip(sides, least, strict=True))
    at = data.draw(st.integers(0, len(sides) - 1))
    new = [*sides[:at], int(np.prod(sides[at : at + 2])), *sides[at + 2 :]]
    values = np.arange(np.prod(sides)).reshape(sides)
    found = regrouped(sides, new, axes)
    assert taken(values.reshape(new), found).ravel().tolist() == taken(values, axes).ravel().tolist()


def test_places_of_tensors_in_a_row_are_counted_on() -> None:
    axes = joined([[1, 4], [1, 3], [1, 2]], [kept(None, [0, 1]), kept(None, None), kept(None, [0])], 1)
    assert plain(axes) == [None, [0, 1, 4, 5, 6, 7]]
    assert plain(joined([[2, 4], [3, 4]], [kept(None, [0, 1]), kept(None, None)], 0)) == [None, [0, 1]]


def test_inputs_of_which_not_the_same_is_kept_are_refused() -> None:
    assert plain(broadcast([2, 6], [[6], [2, 6]], [kept([0, 3]), kept(None, None)])) == [None, [0, 3]]
    with pytest.raises(Refused):
        broadcast([6], [[6], [6]], [kept([0, 3]), kept([0, 1])])
    with pytest.raises(Refused):
        joined([[4, 6], [4, 6]], [kept(None, [0, 3]), kept(None, [0, 1])], 0)
