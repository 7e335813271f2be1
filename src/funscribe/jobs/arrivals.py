"""Files that arrive: each is waited for until it has stayed the same for a while."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Mark(NamedTuple):
    """What tells a file from another of the same name: its size (bytes) and when it was written (Unix ns)."""

    size: int
    mtime_ns: int


def mark_of(path: str) -> Mark | None:
    """Return the mark of a file, None where there is none by that name, or it is no plain file."""
    try:
        found = os.stat(path)  # noqa: PTH116  # called for every file of a folder; a Path costs more than this
    except (OSError, ValueError):
        return None
    return Mark(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


@dataclass(slots=True)
class _Arrival:
    mark: Mark
    since_s: float


class Arrivals:
    """The files that are still waited for.

    Args:
        settle_s: How long a file must stay the same (s).
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._waiting: dict[str, _Arrival] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def see(self, path: str, mark: Mark | None, now_s: float) -> bool:
        """Take down how a file is now, None where it is gone; tell whether it has stayed the same."""
        known = self._waiting.get(path)
        if known is not None and known.mark == mark:
            return True
        self._waiting.pop(path, None)  # to the end: they stay in the order in which they fall due
        if mark is not None:
            self._waiting[path] = _Arrival(mark, now_s)
        return False

    def again(self, path: str, now_s: float) -> None:
        """Wait for a file once more, as if it had changed now."""
        known = self._waiting.pop(path, None)
        if known is not None:
            self._waiting[path] = _Arrival(known.mark, now_s)

    def drop(self, path: str) -> None:
        """Wait for a file no longer."""
        self._waiting.pop(path, None)

    def due(self, now_s: float) -> Iterator[str]:
        """Yield the files that have been the same for long enough, as far as they were looked at."""
        for path, arrival in list(self._waiting.items()):
            if now_s - arrival.since_s < self._settle_s:
                return
            yield path
