"""What was done to a script, to go back and forth in."""

from __future__ import annotations

from dataclasses import dataclass

from funscribe.script.editing.edit import Edit

LIMIT = 200


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What was done to a script.

    Attributes:
        now: The edit that is shown.
        past: What was before, the oldest first; at most `limit`, older ones are forgotten.
        future: What was undone, the next to be done again first.
        limit: Most edits that can be undone.
    """

    now: Edit
    past: tuple[Edit, ...] = ()
    future: tuple[Edit, ...] = ()
    limit: int = LIMIT

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError(f"limit must be at least 0, not {self.limit}")
        object.__setattr__(self, "past", self.past[max(0, len(self.past) - self.limit) :])

    def do(self, edit: Edit) -> History:
        """Show another edit; what was undone cannot be done again."""
        return History(edit, (*self.past, self.now), (), self.limit)

    def undo(self) -> History:
        """Go back by one edit; at the first one it stays."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.now, *self.future), self.limit)

    def redo(self) -> History:
        """Do again what was undone last; without that it stays."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.now), self.future[1:], self.limit)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to go back to."""
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return bool(self.future)
