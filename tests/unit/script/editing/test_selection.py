import pytest

from funscribe.records import Script
from funscribe.script.editing import Edit, select_all, select_extrema, select_none, select_range

EDIT = Edit(Script([0, 100, 200, 300, 400, 500, 600], [50, 90, 40, 60, 10, 10, 80]))


def test_all_and_none():
    assert select_all(EDIT).selected.all()
    assert not select_none(select_all(EDIT)).selected.any()


def test_a_range_has_both_its_ends():
    got = select_range(EDIT, 0.1, 0.3)
    assert got.selected_ms.tolist() == [100, 200, 300]
    assert select_range(got, 0.5, 9, more=True).selected_ms.tolist() == [100, 200, 300, 500, 600]
    assert select_range(got, 5, 9).selected_ms.tolist() == []


@pytest.mark.parametrize(
    ("which", "times"),
    [("tops", [100, 300]), ("bottoms", [200, 400, 500]), ("both", [100, 200, 300, 400, 500])],
)
def test_turning_points(which, times):
    assert select_extrema(EDIT, which).selected_ms.tolist() == times


def test_turning_points_of_what_is_selected():
    assert select_extrema(select_range(EDIT, 0.2, 0.4)).selected_ms.tolist() == [200, 300, 400]
    assert select_extrema(select_range(EDIT, 0.2, 0.4), "tops").selected_ms.tolist() == [300]


def test_shallow_ones_do_not_turn():
    assert select_extrema(EDIT, "both", depth=30).selected_ms.tolist() == [100, 400, 500]
    assert select_extrema(EDIT, "tops", depth=30).selected_ms.tolist() == [100]


def test_nothing_turns():
    assert select_extrema(Edit(Script([], []))).selected_ms.tolist() == []
    assert select_extrema(Edit(Script([0, 1], [0, 9]))).selected_ms.tolist() == []
