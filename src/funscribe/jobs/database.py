"""The open file of the queue: read by many, changed in one step or not at all, searched for faults."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from funscribe.errors import QueueDamaged, QueueError, QueueNotWritable
from funscribe.files import printable
from funscribe.jobs.faults import beside, damaged, exists, size_of, told
from funscribe.jobs.opening import WAIT_S, connect, create, migrate, settings
from funscribe.jobs.schema import APPLICATION_ID, VERSION

_CHECKED_BYTES = 4_000_000  # a larger file is not read from end to end whenever it is opened

# A connection must not be used or closed in a forked child: there it is only put away.
_inherited: list[sqlite3.Connection] = []


class Database:
    """An open queue file, for all threads of a process and those of others.

    Args:
        path: The file; made if it is not there and never was.
        wait_s: How long to wait for other processes (s).

    Raises:
        QueueDamaged: The file is there and is no queue, or is gone but for its log or back-up.
        QueueNotWritable: It can be neither made nor read.
        QueueError: A newer version of the program made it.
    """

    def __init__(self, path: Path, wait_s: float = WAIT_S) -> None:
        self.path = Path(os.path.realpath(path))
        self._wait_s = wait_s
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._identity = (0, 0)
        with told(self.path, wait_s):
            self._open()

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and self._pid == os.getpid():
                connection.close()

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection, for statements that only read."""
        with self._lock, told(self.path, self._wait_s):
            yield self._here()

    @contextlib.contextmanager
    def change(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Yield the connection in a transaction, which is kept when the block ends and undone when it fails.

        Args:
            durable: Whether it is on the disk before this returns; else a power cut may undo it, whole.
        """
        with self._lock, told(self.path, self._wait_s):
            connection = self._here()
            self._same_file()
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk may have undone it already
                    connection.execute("ROLLBACK")
                raise

    def _here(self) -> sqlite3.Connection:
        if self._connection is None:
            raise QueueError(f"the queue {printable(self.path)} was closed; open it again")
        if self._pid != os.getpid():
            _inherited.append(self._connection)
            self._open()
        return self._connection

    def _same_file(self) -> None:
        """Refuse to write into a file that nobody will find any more."""
        if _identity(self.path) != self._identity:
            raise QueueDamaged(
                f"the queue {printable(self.path)} was removed or replaced while it was open; "
                "nothing was written: start again, with `funscribe batch restore` if it is gone"
            )

    def _open(self) -> None:
        if not exists(self.path):
            create(self.path)
        self._pid, self._identity = os.getpid(), _identity(self.path)
        self._connection = self._opened()
        try:
            # What is wrong is told, and copied aside, before closing: that would write the log into the file.
            with told(self.path, self._wait_s):
                wrong = fault(self._connection, self.path, thorough=False)
                if wrong:
                    raise damaged(self.path, wrong)
                migrate(self._connection)
        except BaseException:
            self.close()
            raise

    def _opened(self) -> sqlite3.Connection:
        connection = connect(self.path, "mode=rw", self._wait_s)
        try:
            with told(self.path, self._wait_s):
                settings(connection)
                connection.execute("PRAGMA application_id").fetchone()
        except QueueNotWritable:
            connection.close()
            # A folder that cannot be written has no room for a log; without one the file is all there is.
            if beside(self.path, "-wal").exists():
                raise
            connection = connect(self.path, "mode=ro&immutable=1", self._wait_s)
            settings(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def touch(connection: sqlite3.Connection) -> int:
    """Return the next version of the queue, for what is changed in this transaction."""
    connection.execute("UPDATE queue SET version = version + 1")
    return int(connection.execute("SELECT version FROM queue").fetchone()[0])


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_dev, found.st_ino


def fault(connection: sqlite3.Connection, path: Path, *, thorough: bool = True) -> str:
    """Return what is wrong with an open file as a queue; empty where nothing is.

    Args:
        connection: The open file.
        path: Its name.
        thorough: Read it from end to end even if it is large.

    Raises:
        QueueError: A newer version of the program made it.
    """
    owner, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    if owner != APPLICATION_ID or version < 1:
        return "it is a database of another program"
    if version > VERSION:
        raise QueueError(
            f"the queue {printable(path)} was made by a newer Funscribe (form {version}, not {VERSION}); "
            "update Funscribe, or choose another queue with FUNSCRIBE_QUEUE"
        )
    if _cut_short(connection, path):
        return "it is cut short"
    if not thorough and path.stat().st_size > _CHECKED_BYTES:
        return ""
    found = " ".join(str(connection.execute("PRAGMA quick_check(1)").fetchone()[0]).split())
    return "" if found == "ok" else found


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _cut_short(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the last page is not all there: SQLite would read what is missing as zeros."""
    log = beside(path, "-wal")
    if size_of(log):
        return False  # what is missing may stand there
    wanted = _pragma(connection, "page_count") * _pragma(connection, "page_size")
    return size_of(path) < wanted and not size_of(log)
