"""Single keys from the terminal, while something else goes on."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ARROWS = {"\x1b[C": "right", "\x1b[D": "left", "\x1b[A": "up", "\x1b[B": "down"}
LOOK_S = 0.05


@contextmanager
def keys(tell: Callable[[str], None]) -> Iterator[bool]:
    """Tell of each key that is pressed while the block runs; yields whether there is a keyboard.

    The terminal is left as it was found. Ctrl-C stays a signal.
    """
    try:
        import termios
        import tty
    except ImportError:  # no POSIX terminal
        yield False
        return
    if not sys.stdin.isatty():
        yield False
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    over = threading.Event()
    reader = threading.Thread(target=_read, args=(descriptor, over, tell), name="keys", daemon=True)
    try:
        tty.setcbreak(descriptor)
        reader.start()
        yield True
    finally:
        over.set()
        reader.join()
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read(descriptor: int, over: threading.Event, tell: Callable[[str], None]) -> None:
    import select

    while not over.is_set():
        ready, _, _ = select.select([descriptor], [], [], LOOK_S)
        if not ready:
            continue
        data = os.read(descriptor, 32)
        if not data:  # the terminal has gone
            return
        for key in split_keys(data.decode("utf-8", "replace")):
            tell(key)


def split_keys(text: str) -> list[str]:
    """The keys of what a terminal sent: characters, and "left", "right", "up", "down"."""
    found = []
    while text:
        arrow = ARROWS.get(text[:3])
        found.append(arrow or text[0])
        text = text[3:] if arrow else text[1:]
    return found
