import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from funscribe.actions import Action, Bookmark, Chapter, Script


def test_a_script_brings_other_axes_along() -> None:
    roll = Script([5], [50])
    script = Script([0, 10], [0, 100], axes={"roll": roll}, bookmarks=(Bookmark("a", 1.5),), extra={"x": 1})
    lower = replace(script, pos=script.pos // 2)
    assert lower.pos.tolist() == [0, 50]
    assert lower.axes["roll"] is roll
    assert (lower.bookmarks, lower.extra) == ((Bookmark("a", 1.5),), {"x": 1})


def test_a_script_is_sent_to_another_process_whole() -> None:
    script = Script([0, 10], [0, 100], {"t": 1}, (Chapter("a", 0, 1),), axes={"roll": Script([5], [50])})
    again = pickle.loads(pickle.dumps(script))
    assert again.actions == script.actions == (Action(0, 0), Action(10, 100))
    assert again.axes["roll"].actions == (Action(5, 50),)
    assert again.chapters == script.chapters


@pytest.mark.parametrize(
    "axes", [{"": Script([], [])}, {"roll": [1]}, {"roll": Script([], [], axes={"pitch": Script([], [])})}]
)
def test_an_axis_is_a_named_script_without_axes(axes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="axis"):
        Script([], [], axes=axes)


@pytest.mark.parametrize("time_s", [-0.1, float("nan"), float("inf")])
def test_a_bookmark_stands_at_a_time(time_s: float) -> None:
    with pytest.raises(ValueError, match="bookmark"):
        Bookmark("a", time_s)


def test_scripts_are_read_only() -> None:
    script = Script([0, 10], [0, 100])
    assert script.at_ms.dtype == script.pos.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        script.pos[0] = 7
