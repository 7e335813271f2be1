"""The nouns of scripts: actions, chapters, bookmarks, and the script itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funscribe.columns import Array, Record, fixed, increasing


@dataclass(frozen=True, slots=True)
class Action:
    """One point of a script: a position (0..100) at a time (ms)."""

    at_ms: int
    pos: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named passage of a script (s)."""

    name: str
    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise ValueError(f"a chapter must start before it ends: {self.start_s} s, {self.end_s} s")


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A named moment of a script (s)."""

    name: str
    time_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.time_s < float("inf"):
            raise ValueError(f"a bookmark must stand at 0 s or later, not at {self.time_s} s")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Script(Record):
    """A motion script: what a device plays. It is one axis, the stroke, and may bring others along.

    Attributes:
        at_ms: Times of the actions (A,), int64, at least 0, strictly increasing (ms).
        pos: Positions of the actions (A,), int64, 0..100.
        metadata: What is said about the script, as it stands in the file.
        chapters: Named passages.
        bookmarks: Named moments.
        axes: The other axes by their names ("roll", "vib"), each a script without axes of its own. A second
            "stroke" among them is the one for devices that also play the other axes.
        extra: What else the file holds, as it stands there, by its keys.
    """

    at_ms: Array
    pos: Array
    metadata: Mapping[str, Any] = field(default_factory=dict)
    chapters: tuple[Chapter, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    axes: Mapping[str, Script] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        at_ms = fixed("at_ms", self.at_ms, np.int64, (None,))
        pos = fixed("pos", self.pos, np.int64, (len(at_ms),))
        if len(at_ms) and at_ms[0] < 0:
            raise ValueError(f"at_ms must be at least 0, not {at_ms[0]}")
        increasing("at_ms", at_ms)
        if len(pos) and (pos.min() < 0 or pos.max() > 100):
            raise ValueError(f"pos must lie in 0..100, not {pos.min()}..{pos.max()}")
        object.__setattr__(self, "at_ms", at_ms)
        object.__setattr__(self, "pos", pos)
        for name, axis in self.axes.items():
            if not name or not isinstance(axis, Script) or axis.axes:
                raise ValueError(f"the axis {name!r} must have a name and be a script without axes")

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions one by one."""
        return tuple(map(Action, self.at_ms.tolist(), self.pos.tolist()))
