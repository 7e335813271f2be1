import pytest

from funscribe.records import Script
from funscribe.script.editing import Edit, copy, cut, paste, select_range

EDIT = Edit(Script([0, 100, 200, 300, 900], [0, 90, 40, 60, 5]))


def test_what_is_copied_is_pasted_elsewhere_and_selected():
    clip = copy(select_range(EDIT, 0.1, 0.2))
    assert clip.at_ms.tolist() == [0, 100]
    got = paste(EDIT, clip, 250)
    assert got.script.at_ms.tolist() == [0, 100, 200, 250, 350, 900]
    assert got.script.pos.tolist() == [0, 90, 40, 90, 40, 5]
    assert got.selected_ms.tolist() == [250, 350]


def test_what_is_cut_is_gone_and_can_come_back():
    chosen = select_range(EDIT, 0.1, 0.3)
    left, clip = cut(chosen)
    assert left.script.at_ms.tolist() == [0, 900]
    back = paste(left, clip, 100)
    assert back.script.at_ms.tolist() == EDIT.script.at_ms.tolist()
    assert back.script.pos.tolist() == EDIT.script.pos.tolist()


def test_nothing_copied_pastes_nothing():
    clip = copy(EDIT)
    assert len(clip) == 0
    assert paste(EDIT, clip, 50) is EDIT


def test_nothing_is_pasted_before_the_beginning():
    with pytest.raises(ValueError, match="before 0"):
        paste(EDIT, copy(select_range(EDIT, 0, 1)), -1)
