import pytest

from funscribe.records import Script
from funscribe.script.editing import Edit, History, add

FIRST = Edit(Script([0], [50]))


def test_back_and_forth():
    one, two = add(FIRST, 100, 1), add(add(FIRST, 100, 1), 200, 2)
    history = History(FIRST).do(one).do(two)
    assert history.now is two
    assert history.undo().now is one
    assert history.undo().undo().now is FIRST
    assert history.undo().undo().redo().now is one
    assert history.undo().undo().redo().redo().now is two
    assert (history.can_undo, history.can_redo) == (True, False)


def test_at_the_ends_it_stays():
    history = History(FIRST)
    assert history.undo() is history
    assert history.redo() is history
    assert not history.can_undo


def test_a_new_edit_forgets_what_was_undone():
    history = History(FIRST).do(add(FIRST, 100, 1)).undo().do(add(FIRST, 300, 3))
    assert not history.can_redo
    assert history.undo().now is FIRST


def test_it_is_bounded():
    history = History(FIRST, limit=3)
    for time in range(1, 11):
        history = history.do(add(history.now, time, 0))
    assert len(history.past) == 3
    for _ in range(10):
        history = history.undo()
    assert len(history.now.script) == 8
    assert len(history.future) == 3
    assert History(FIRST, limit=0).do(add(FIRST, 1, 1)).undo().now is not FIRST


def test_no_bound_below_nothing():
    with pytest.raises(ValueError, match="limit must be at least 0"):
        History(FIRST, limit=-1)
