"""Edits of single actions and of what is selected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from funscribe.script.editing.edit import Edit, with_placed
from funscribe.script.filters import Step, apply


def add(edit: Edit, at_ms: int, pos: int) -> Edit:
    """Add an action, in the place of one at the same time; it is selected then.

    Raises:
        ValueError: The time is before 0, or the position outside of 0..100.
    """
    _check(at_ms, pos)
    return with_placed(edit, [at_ms], [pos], np.zeros(len(edit.script), np.bool_), "add")


def move(edit: Edit, at_ms: int, to_ms: int, to_pos: int) -> Edit:
    """Move the action at one time to another time and position; it is selected then.

    Raises:
        ValueError: There is none at that time, or it is moved to before 0 or outside of 0..100.
    """
    _check(to_ms, to_pos)
    moved = edit.script.at_ms == at_ms
    if not moved.any():
        raise ValueError(f"there is no action at {at_ms} ms")
    return with_placed(edit, [to_ms], [to_pos], moved, "move")


def delete(edit: Edit) -> Edit:
    """Delete the selected actions."""
    stays = ~edit.selected
    script = replace(edit.script, at_ms=edit.script.at_ms[stays], pos=edit.script.pos[stays])
    return Edit(script, label="delete")


def nudge(edit: Edit, by_ms: int = 0, by_pos: int = 0) -> Edit:
    """Move the selected actions together; others that they land on give way, positions are cut to 0..100.

    Args:
        edit: Before.
        by_ms: How much later; no action is moved to before 0, so it may be less (ms).
        by_pos: How much higher (units).
    """
    chosen = edit.selected
    times, positions = edit.script.at_ms[chosen], edit.script.pos[chosen]
    later = max(by_ms, -int(times[0])) if len(times) else 0
    return with_placed(edit, times + later, positions + by_pos, chosen, "nudge")


def equalise(edit: Edit) -> Edit:
    """Spread the selected actions evenly in time between the first and the last of them."""
    chosen = edit.selected
    times = edit.script.at_ms[chosen]
    if len(times) < 3:
        return replace(edit, label="equalise")
    even = np.rint(np.linspace(times[0], times[-1], len(times))).astype(np.int64)
    return with_placed(edit, even, edit.script.pos[chosen], chosen, "equalise")


def snap_to(edit: Edit, times_ms: ArrayLike, within_ms: float = np.inf) -> Edit:
    """Move each selected action to the nearest of some times, such as frames or beats.

    Of several that are nearest to the same time, the nearest goes there and the others stay.

    Args:
        edit: Before.
        times_ms: Where they may go (N,), in any order, at least 0 (ms).
        within_ms: Farthest that one is moved (ms).
    """
    aims = np.unique(np.rint(np.asarray(times_ms, np.float64)).astype(np.int64))
    times = edit.selected_ms
    if not len(aims) or not len(times):
        return replace(edit, label="snap")
    after = np.minimum(np.searchsorted(aims, times), len(aims) - 1)
    before = np.maximum(after - 1, 0)
    aim = np.where(times - aims[before] <= np.abs(aims[after] - times), aims[before], aims[after])
    away = np.abs(aim - times)
    order = np.lexsort((away, aim))
    nearest = order[np.diff(aim[order], prepend=-1) > 0]
    nearest = nearest[away[nearest] <= within_ms]
    new = times.copy()
    new[nearest] = aim[nearest]
    # Those that go somewhere come first: they win over one that stays there.
    order = np.concatenate((nearest, np.setdiff1d(np.arange(len(times)), nearest)))
    positions = edit.script.pos[edit.selected]
    return with_placed(edit, new[order], positions[order], edit.selected, "snap")


def filter_selection(edit: Edit, steps: Iterable[Step]) -> Edit:
    """Run filters over the passage from the first to the last selected action, such as `simplify`.

    All actions of the passage are selected then.

    Args:
        edit: Before.
        steps: What is done, in order; see `funscribe.script.filters.parse`.
    """
    if len(edit.selected_ms) < 2:
        return replace(edit, label="filter")
    steps = tuple(steps)
    start_s, end_s = edit.selected_ms[[0, -1]] / 1000
    script = apply(edit.script, steps, float(start_s), float(end_s))
    inside = (script.at_ms >= edit.selected_ms[0]) & (script.at_ms <= edit.selected_ms[-1])
    return Edit(script, script.at_ms[inside], ", ".join(step.name for step in steps) or "filter")


def _check(at_ms: int, pos: int) -> None:
    if at_ms < 0 or not 0 <= pos <= 100:
        raise ValueError(f"an action must lie at 0 ms or later and in 0..100, not at {at_ms} ms and {pos}")
