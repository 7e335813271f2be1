"""A script at one moment of its editing, with what is selected in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funscribe.records import Script

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """A script at one moment of its editing.

    Attributes:
        script: The script.
        selected_ms: Times of the selected actions (S,), int64, increasing; each is that of an action (ms).
        label: What was done last, in a word or two.
    """

    script: Script
    selected_ms: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    label: str = "open"

    def __post_init__(self) -> None:
        selected = np.unique(np.asarray(self.selected_ms, np.int64))
        if not np.isin(selected, self.script.at_ms).all():
            raise ValueError("only actions of the script can be selected")
        selected.flags.writeable = False
        object.__setattr__(self, "selected_ms", selected)

    @property
    def selected(self) -> NDArray[np.bool_]:
        """Which actions are selected (A,)."""
        return np.isin(self.script.at_ms, self.selected_ms)


def with_placed(edit: Edit, at_ms: ArrayLike, pos: ArrayLike, gone: NDArray[np.bool_], label: str) -> Edit:
    """The edit with actions placed in it, which are selected then; what is at their times gives way.

    Args:
        edit: Before.
        at_ms: Times of the placed actions (N,), in any order; of equal ones the first stands (ms).
        pos: Their positions (N,); cut to 0..100.
        gone: Actions that are taken away (A,).
        label: What is done.
    """
    placed_ms, first = np.unique(np.asarray(at_ms, np.int64), return_index=True)
    placed = np.clip(np.asarray(pos, np.int64), 0, 100)[first]
    stays = ~gone & ~np.isin(edit.script.at_ms, placed_ms)
    times = np.concatenate((edit.script.at_ms[stays], placed_ms))
    positions = np.concatenate((edit.script.pos[stays], placed))
    order = np.argsort(times)
    return Edit(replace(edit.script, at_ms=times[order], pos=positions[order]), placed_ms, label)
