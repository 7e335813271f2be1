import numpy as np
import pytest

from funscribe.records import Script
from funscribe.script.editing import Edit
from funscribe.script.editing.edit import with_placed

SCRIPT = Script([0, 100, 200], [1, 2, 3], {"title": "x"})


def test_only_actions_can_be_selected():
    edit = Edit(SCRIPT, [200, 0, 200])
    assert edit.selected_ms.tolist() == [0, 200]
    assert edit.selected.tolist() == [True, False, True]
    with pytest.raises(ValueError, match="only actions"):
        Edit(SCRIPT, [50])
    with pytest.raises(ValueError, match="read-only"):
        edit.selected_ms[0] = 100


def test_what_is_placed_wins_and_is_selected():
    got = with_placed(Edit(SCRIPT), [100, 50, 100], [120, -3, 5], np.array([True, False, False]), "test")
    assert got.script.at_ms.tolist() == [50, 100, 200]
    assert got.script.pos.tolist() == [0, 100, 3]
    assert got.selected_ms.tolist() == [50, 100]
    assert got.script.metadata == {"title": "x"}
    assert got.label == "test"
