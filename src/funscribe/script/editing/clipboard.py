"""Cut, copy and paste."""

from __future__ import annotations

from dataclasses import dataclass

from funscribe.script.editing.edit import Edit, Ints, with_placed
from funscribe.script.editing.points import delete


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Actions that were copied.

    Attributes:
        at_ms: Their times from the first of them on (N,), int64, increasing (ms).
        pos: Their positions (N,), int64, 0..100.
    """

    at_ms: Ints
    pos: Ints

    def __len__(self) -> int:
        return len(self.at_ms)


def copy(edit: Edit) -> Clip:
    """The selected actions, to be pasted."""
    times = edit.selected_ms
    return Clip(times - times[:1] if len(times) else times, edit.script.pos[edit.selected])


def cut(edit: Edit) -> tuple[Edit, Clip]:
    """Delete the selected actions, and have them to be pasted."""
    return delete(edit), copy(edit)


def paste(edit: Edit, clip: Clip, at_ms: int) -> Edit:
    """Paste actions so that the first comes at a time; what lies between first and last gives way.

    They are selected then.

    Raises:
        ValueError: The time is before 0.
    """
    if at_ms < 0:
        raise ValueError(f"nothing can be pasted before 0, at {at_ms} ms")
    if not len(clip):
        return edit
    times = clip.at_ms + at_ms
    gone = (edit.script.at_ms >= times[0]) & (edit.script.at_ms <= times[-1])
    return with_placed(edit, times, clip.pos, gone, "paste")
