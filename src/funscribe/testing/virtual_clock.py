"""A clock that runs by itself, to play scripts of hours in a moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class VirtualClock:
    """A clock as `funscribe.devices.clock.Clock` has it, whose waits are over at once.

    Args:
        late_ms: How late the n-th wait ends (ms); 0 where it is not told.
    """

    def __init__(self, late_ms: Callable[[int], int] = lambda wait: 0) -> None:
        self._now_ms = 0
        self._late_ms = late_ms
        self._waits = 0
        self._later: list[tuple[int, int, Callable[[], None]]] = []
        self._woken = False

    def now_ms(self) -> int:
        """Time since the clock was made (ms)."""
        return self._now_ms

    def wait(self, until_ms: int | None) -> None:
        """Let time pass: to a time (ms), or to the next thing that happens before.

        Raises:
            RuntimeError: If it would be for ever.
        """
        if self._woken:
            self._woken = False
            return
        self._waits += 1
        due_ms = self._later[0][0] if self._later else until_ms
        if due_ms is None:
            raise RuntimeError("waits for something that never happens")
        if until_ms is not None and until_ms < due_ms:
            due_ms = until_ms
        self._now_ms = max(self._now_ms, due_ms) + self._late_ms(self._waits)
        while self._later and self._later[0][0] <= self._now_ms:
            heapq.heappop(self._later)[2]()

    def wake(self) -> None:
        """End the next wait before it begins."""
        self._woken = True

    def later(self, at_ms: int, act: Callable[[], None]) -> None:
        """Let something happen at a time (ms)."""
        heapq.heappush(self._later, (at_ms, len(self._later) + self._waits * 1000, act))
