"""Which actions the next edit is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from funscribe.script.editing.edit import Edit
from funscribe.script.filters.filter import TURN_DEPTH
from funscribe.zigzag import turns


def select_all(edit: Edit) -> Edit:
    """Select all actions."""
    return replace(edit, selected_ms=edit.script.at_ms, label="select all")


def select_none(edit: Edit) -> Edit:
    """Select nothing."""
    return replace(edit, selected_ms=np.empty(0, np.int64), label="select nothing")


def select_range(edit: Edit, start_s: float, end_s: float, more: bool = False) -> Edit:
    """Select the actions from one time to another, both included.

    Args:
        edit: Before.
        start_s: Where the range begins (s).
        end_s: Where it ends (s).
        more: Keep what is selected already, too.
    """
    at_ms = edit.script.at_ms
    found = at_ms[(at_ms >= round(start_s * 1000)) & (at_ms <= round(end_s * 1000))]
    selected = np.union1d(edit.selected_ms, found) if more else found
    return replace(edit, selected_ms=selected, label="select range")


def select_extrema(
    edit: Edit, which: Literal["tops", "bottoms", "both"] = "both", depth: float = TURN_DEPTH
) -> Edit:
    """Select the turning points among the selected actions, or among all if none is selected.

    Args:
        edit: Before.
        which: Tops, bottoms or both; the ends of the script are neither.
        depth: Least way between two turning points, more than 0 (units).
    """
    found = turns(edit.script.pos, depth)
    if not len(found.first):
        return replace(select_none(edit), label=f"select {which}")
    level = edit.script.pos[found.first]
    # What comes after a turning point, up to the next or the end, lies below a top and above a bottom.
    after = np.append(found.first[1:], len(edit.script) - 1)
    top = level > edit.script.pos[after]
    wanted = np.ones(len(level), np.bool_) if which == "both" else top == (which == "tops")
    index = np.union1d(found.first[wanted], found.last[wanted]).astype(np.int64)
    picked = edit.script.at_ms[index]
    if len(edit.selected_ms):
        picked = np.intersect1d(picked, edit.selected_ms)
    return replace(edit, selected_ms=picked, label=f"select {which}")
