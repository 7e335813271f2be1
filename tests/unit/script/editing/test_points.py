import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.editing import (
    Edit,
    add,
    delete,
    equalise,
    filter_selection,
    move,
    nudge,
    select_all,
    select_range,
    snap_to,
)
from funscribe.script.filters import parse_all

EDIT = Edit(Script([0, 100, 200, 300], [0, 90, 40, 60], {"title": "x"}))


def points(edit):
    return list(zip(edit.script.at_ms.tolist(), edit.script.pos.tolist(), strict=True))


def test_add_selects_and_takes_the_place_of_one_at_the_same_time():
    got = add(EDIT, 150, 7)
    assert points(got) == [(0, 0), (100, 90), (150, 7), (200, 40), (300, 60)]
    assert got.selected_ms.tolist() == [150]
    assert points(add(EDIT, 100, 7))[1] == (100, 7)
    assert points(EDIT) == [(0, 0), (100, 90), (200, 40), (300, 60)]


def test_move():
    assert points(move(EDIT, 100, 250, 7)) == [(0, 0), (200, 40), (250, 7), (300, 60)]
    with pytest.raises(ValueError, match="no action at 150 ms"):
        move(EDIT, 150, 250, 7)


@pytest.mark.parametrize(("at", "pos"), [(-1, 5), (5, -1), (5, 101)])
def test_outside_of_a_script_nothing_can_be(at, pos):
    with pytest.raises(ValueError, match="an action must lie"):
        add(EDIT, at, pos)
    with pytest.raises(ValueError, match="an action must lie"):
        move(EDIT, 100, at, pos)


def test_delete():
    got = delete(select_range(EDIT, 0.1, 0.2))
    assert points(got) == [(0, 0), (300, 60)]
    assert not got.selected.any()
    assert points(delete(EDIT)) == points(EDIT)


def test_nudge_is_cut_at_the_edges_and_others_give_way():
    got = nudge(select_range(EDIT, 0.1, 0.2), 100, 20)
    assert points(got) == [(0, 0), (200, 100), (300, 60)]
    assert got.selected_ms.tolist() == [200, 300]
    assert points(nudge(select_all(EDIT), -50, -50)) == [(0, 0), (100, 40), (200, 0), (300, 10)]
    assert points(nudge(EDIT, 50)) == points(EDIT)


def test_equalise_spreads_times_and_keeps_the_order():
    edit = Edit(Script([0, 10, 20, 500], [1, 2, 3, 4]), [0, 10, 500])
    assert points(equalise(edit)) == [(0, 1), (20, 3), (250, 2), (500, 4)]
    assert points(equalise(select_all(edit))) == [(0, 1), (167, 2), (333, 3), (500, 4)]
    assert points(equalise(select_range(edit, 0, 0.01))) == points(edit)


def test_snap_takes_the_nearest_and_leaves_the_others():
    edit = select_all(Edit(Script([0, 95, 108, 300], [1, 2, 3, 4])))
    assert points(snap_to(edit, [100, 290], 20)) == [(0, 1), (100, 2), (108, 3), (290, 4)]
    assert points(snap_to(edit, [], 20)) == points(edit)
    frames = np.arange(0, 400, 1000 / 30)
    assert [at for at, _ in points(snap_to(edit, frames))] == [0, 100, 108, 300]


def test_simplify_the_selection():
    at = np.arange(0, 10_001, 100)
    edit = select_range(Edit(Script(at, np.rint(50 + 40 * np.sin(at / 700)))), 2, 8)
    got = filter_selection(edit, parse_all(["simplify(tolerance=2)"]))
    assert len(got.script) < 60
    assert set(at[at < 2000]) | set(at[at > 8000]) <= set(got.script.at_ms.tolist())
    assert got.selected_ms[0] >= 2000
    assert got.label == "simplify"
    assert points(filter_selection(EDIT, parse_all(["invert"]))) == points(EDIT)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-300, 300), st.integers(-150, 150)), max_size=8))
def test_any_edits_leave_a_script(commands):
    edit = EDIT
    for kind, a, b in commands:
        if kind == 0:
            edit = add(edit, abs(a), abs(b) % 101)
        elif kind == 1:
            edit = nudge(edit, a, b)
        elif kind == 2:
            edit = equalise(select_all(edit))
        elif kind == 3:
            edit = snap_to(edit, [abs(a), abs(b)])
        elif kind == 4:
            edit = delete(select_range(edit, abs(a) / 1000, abs(a) / 1000 + 0.05))
        else:
            edit = select_range(edit, abs(a) / 1000, 1)
    assert edit.script.metadata == {"title": "x"}
    assert np.isin(edit.selected_ms, edit.script.at_ms).all()
