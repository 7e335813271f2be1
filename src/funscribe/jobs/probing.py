"""Tries videos in a process of its own: one that crashes or hangs a decoder must not end who watches."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from funscribe.errors import FunscribeError
from funscribe.spread import end_with_parent, how_it_ended, nameless_main

_PATIENCE_S = 60.0
_IDLE_S = 30.0
_LOOK_S = 0.1


class Prober:
    """Tells of files whether they can be watched; its process is there only while it is needed.

    Args:
        patience_s: How long a file may take (s).
    """

    def __init__(self, patience_s: float = _PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._there: tuple[Connection, BaseProcess] | None = None
        self._used_s = 0.0

    def ask(self, path: str, stop: threading.Event) -> str | None:
        """Return why a file cannot be watched, empty if it can; None where `stop` was set meanwhile."""
        connection, process = self._there or self._start()
        self._used_s = time.monotonic()
        until_s = self._used_s + self._patience_s
        try:
            connection.send(path)
            while not (ready := wait([connection, process.sentinel], _LOOK_S)):
                if stop.is_set():
                    self.close()
                    return None
                if time.monotonic() > until_s:
                    self.close()
                    return f"{path}: its first picture took over {self._patience_s:g} s; copy it again"
            if connection in ready:
                return str(connection.recv())
        except (EOFError, ConnectionResetError, BrokenPipeError):
            pass
        process.join(1.0)
        how = how_it_ended(process)
        self.close()
        return f"{path}: the decoder crashed ({how}); copy the file again"

    def rest(self) -> None:
        """End the process if it was not needed for a while; it takes memory."""
        if self._there is not None and time.monotonic() - self._used_s > _IDLE_S:
            self.close()

    def close(self) -> None:
        """End the process; the next question starts another."""
        if self._there is not None:
            connection, process = self._there
            self._there = None
            connection.close()
            process.kill()
            process.join()
            process.close()

    def _start(self) -> tuple[Connection, BaseProcess]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True, name="funscribe-prober")
        with nameless_main():
            process.start()
        theirs.close()
        self._there = ours, process
        return self._there


def _serve(connection: Connection) -> None:
    """Answer until the other end is closed. The main loop of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it reaches the whole group; the parent decides
    threading.Thread(target=end_with_parent, name="funscribe-parent", daemon=True).start()
    try:
        while True:
            connection.send(_attempt(connection.recv()))
    except (EOFError, ConnectionResetError, BrokenPipeError):
        return


def _attempt(path: str) -> str:
    from funscribe.video.source import probe

    try:
        probe(path)
    except FunscribeError as error:
        return str(error)
    except Exception as error:  # of a plug-in, perhaps: it says no more of this file than that it will not do
        return f"{path} cannot be read: {type(error).__name__}: {error}"
    return ""
