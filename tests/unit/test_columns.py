from dataclasses import dataclass

import numpy as np
import pytest

from funscribe.columns import Array, Record, fixed, increasing


def test_a_column_has_its_dtype_and_cannot_be_written() -> None:
    given = np.array([1, 2, 3])
    column = fixed("x", given, np.float64, (3,))
    assert column.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 5
    same = fixed("x", given, given.dtype, (None,))
    given[0] = 9
    assert same[0] == 9  # a view, not a copy


@pytest.mark.parametrize("shape", [(2,), (None, None), ()])
def test_another_shape_is_refused(shape: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match="x must have the shape"):
        fixed("x", [1, 2, 3], np.int64, shape)


@pytest.mark.parametrize(
    ("values", "said"),
    [([0.0, 0.0], "strictly"), ([1.0, 0.0], "strictly"), ([np.nan], "finite"), ([0.0, np.inf], "finite")],
)
def test_what_does_not_rise_is_refused(values: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=f"x must be {said}"):
        increasing("x", np.array(values))


def test_nothing_rises() -> None:
    increasing("x", np.empty(0))


def test_a_record_shows_shapes() -> None:
    @dataclass(repr=False)
    class Thing(Record):
        column: Array
        text: str

    assert repr(Thing(np.zeros((2, 3)), "a" * 200)).startswith("Thing(column=float64[2, 3], text='aaa")
    assert len(repr(Thing(np.zeros((2, 3)), "a" * 200))) < 130
