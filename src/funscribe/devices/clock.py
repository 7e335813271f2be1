"""The clock of the player: monotonic, and woken by requests."""

from __future__ import annotations

import threading
import time
from typing import Protocol

# Nobody waits longer without looking round, also where a signal does not end a wait (Windows).
TICK_MS = 50


class Clock(Protocol):
    """What tells the time and waits; tests have one that runs by itself."""

    def now_ms(self) -> int:
        """Time since some moment (ms); never runs backwards."""
        ...

    def wait(self, until_ms: int | None) -> None:
        """Wait until a time (ms), or less: until `wake`, or for a moment. None is for no time in view."""
        ...

    def wake(self) -> None:
        """End a wait that is going on, or the next one. May be called by any thread or signal handler."""
        ...


class WallClock:
    """The system's monotonic clock, from 0 when it is made."""

    def __init__(self) -> None:
        self._begun_ns = time.monotonic_ns()
        self._woken = threading.Event()

    def now_ms(self) -> int:
        """Time since the clock was made (ms)."""
        return (time.monotonic_ns() - self._begun_ns) // 1_000_000

    def wait(self, until_ms: int | None) -> None:
        """Wait until a time, a wake or the next tick."""
        left_ms: float = TICK_MS
        if until_ms is not None:
            left_ns = until_ms * 1_000_000 - (time.monotonic_ns() - self._begun_ns)
            if left_ns <= 0:
                return
            left_ms = min(TICK_MS, left_ns / 1_000_000)
        if self._woken.wait(left_ms / 1000):
            self._woken.clear()

    def wake(self) -> None:
        """End a wait."""
        self._woken.set()
