"""What an editor does to a script: pure functions from edit to edit, and a history to go back in.

history = History(Edit(script))
history = history.do(select_range(history.now, 10, 20))
history = history.do(nudge(history.now, by_ms=40))
history = history.undo()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.script.editing.clipboard import Clip, copy, cut, paste
    from funscribe.script.editing.edit import Edit
    from funscribe.script.editing.history import History
    from funscribe.script.editing.points import add, delete, equalise, filter_selection, move, nudge, snap_to
    from funscribe.script.editing.selection import select_all, select_extrema, select_none, select_range

__all__ = [
    "Clip",
    "Edit",
    "History",
    "add",
    "copy",
    "cut",
    "delete",
    "equalise",
    "filter_selection",
    "move",
    "nudge",
    "paste",
    "select_all",
    "select_extrema",
    "select_none",
    "select_range",
    "snap_to",
]

__getattr__ = lazy(
    __name__,
    {
        "clipboard": ("Clip", "copy", "cut", "paste"),
        "edit": ("Edit",),
        "history": ("History",),
        "points": ("add", "delete", "equalise", "filter_selection", "move", "nudge", "snap_to"),
        "selection": ("select_all", "select_extrema", "select_none", "select_range"),
    },
)
