"""Signals that ask a program to end become a flag, so that it can end in good order."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ASKING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # as far as the system has them
_LOOK_S = 0.1


class Stop(threading.Event):
    """A flag that is set when the program is asked to end.

    Attributes:
        signal: Which signal asked first, None as long as none did.
    """

    def __init__(self) -> None:
        super().__init__()
        self.signal: int | None = None

    def is_set(self) -> bool:
        """Return whether the program shall end."""
        # A handler must take no lock: the thread that it interrupts may hold it.
        return self.signal is not None or super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the program shall end, or for some time (s); return whether it shall."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left = _LOOK_S if until is None else min(_LOOK_S, until - time.monotonic())
            if left <= 0:
                break
            super().wait(left)
        return self.is_set()


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Yield a flag that Ctrl-C and the signals to end set; until the block ends they do nothing else.

    A second Ctrl-C while things are put in order thus breaks nothing. Only the main thread can do this.
    """
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.signal is None:
            stop.signal = number

    numbers = [getattr(signal, name) for name in _ASKING if hasattr(signal, name)]
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
