"""Runs a source one thread ahead of whoever reads it, so that both work at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

_WAIT_S = 0.1  # how soon a closed reader is noticed by a source that is waiting for room


class _End:
    """Marks the end of a source, and carries the exception it ended with."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(source: Iterable[T], capacity: int = 2) -> Generator[T, None, None]:
    """Yield what `source` yields, while a thread already works on what comes next.

    Args:
        source: Read in a thread of its own, by nobody else meanwhile.
        capacity: Items held at most, beside the one in hand and the one in the making.

    An exception of the source is raised here, after the items before it. Closing the generator (or leaving
    a loop over it) stops and joins the thread.
    """
    if capacity < 1:
        raise ValueError(f"capacity must be at least 1, not {capacity}")
    return _read_ahead(source, capacity)


def _read_ahead(source: Iterable[T], capacity: int) -> Generator[T, None, None]:
    items: queue.Queue[Any] = queue.Queue(capacity)
    closed = threading.Event()

    def put(item: Any) -> bool:
        while not closed.is_set():
            try:
                items.put(item, timeout=_WAIT_S)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        error: BaseException | None = None
        try:
            for item in source:
                if not put(item):
                    break
        except BaseException as raised:  # handed to the reader, whatever it is
            error = raised
        put(_End(error))

    thread = threading.Thread(target=read, name="funscribe-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = items.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
            item = None  # a frame may be large: it must not outlive its turn here
    finally:
        closed.set()
        thread.join()
