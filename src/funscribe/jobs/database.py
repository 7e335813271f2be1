"""The file of the queue: opened, made whole, changed in one step or not at all. The door to SQLite."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

from funscribe.errors import QueueDamaged, QueueError, ScriptBusy
from funscribe.files import exclusive, printable, settle
from funscribe.jobs.faults import beside, damaged, exists, told
from funscribe.jobs.schema import APPLICATION_ID, MIGRATIONS, VERSION

WAIT_S = 10.0
_CHECKED_BYTES = 16_000_000  # a larger file is not read from end to end whenever it is opened
_LOG_BYTES = 4_000_000

# A connection must not be used or closed in a forked child: there it is only put away.
_inherited: list[sqlite3.Connection] = []


def default_path() -> Path:
    """Return where the queue of this user is: `$FUNSCRIBE_QUEUE`, or a file in the user's data folder."""
    chosen = os.environ.get("FUNSCRIBE_QUEUE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_data_path("funscribe") / "queue.sqlite"


def connect(path: Path, mode: str, wait_s: float = WAIT_S) -> sqlite3.Connection:
    """Open a file with SQLite.

    Args:
        path: The file, of any name.
        mode: The end of the URI: `mode=rw`, `mode=ro&immutable=1`, ...
        wait_s: How long to wait for others (s).
    """
    name = path.absolute().as_posix()
    uri = f"file://{'' if name.startswith('/') else '/'}{quote_from_bytes(os.fsencode(name))}?{mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


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
            wrong = fault(self._connection, thorough=False)
            if wrong:
                raise damaged(self.path, wrong)
            _migrate(self._connection)
        except BaseException:
            self.close()
            raise

    def _opened(self) -> sqlite3.Connection:
        connection = connect(self.path, "mode=rw", self._wait_s)
        try:
            _settings(connection)
            connection.execute("PRAGMA application_id").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            # A folder that cannot be written has no room for a log; without one the file is all there is.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or beside(self.path, "-wal").exists():
                raise
            connection = connect(self.path, "mode=ro&immutable=1", self._wait_s)
            _settings(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_dev, found.st_ino


def _settings(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA fullfsync = ON")  # on macOS nothing less reaches the disk
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")


def fault(connection: sqlite3.Connection, *, thorough: bool = True) -> str:
    """Return what is wrong with an open file as a queue; empty where nothing is.

    Args:
        connection: The open file.
        thorough: Read it from end to end even if it is large.

    Raises:
        QueueError: A newer version of the program made it.
    """
    owner, version, pages, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version", "page_count", "page_size")
    )
    if owner != APPLICATION_ID or version < 1:
        return "it is a database of another program"
    if version > VERSION:
        raise QueueError(
            f"the queue was made by a newer Funscribe (form {version}, known is {VERSION}): "
            "update Funscribe, or choose another queue with FUNSCRIBE_QUEUE"
        )
    if not thorough and pages * size > _CHECKED_BYTES:
        return ""
    found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if found == "ok" else " ".join(found.split())


def _migrate(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = connection.execute("PRAGMA user_version").fetchone()[0]  # another process may have been first
        for statements in MIGRATIONS[done:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(VERSION, done)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def create(path: Path) -> None:
    """Make an empty queue, whole before it has its name; one that another process made meanwhile stays.

    Raises:
        QueueNotWritable: It cannot be made.
    """
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(path) as part:
            with contextlib.closing(connect(part, "mode=rw")) as connection:
                _settings(connection)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                _migrate(connection)
            put(part, path)


@contextlib.contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """Yield an empty file of a temporary name in the folder of `path`; it is gone when the block ends."""
    part = path.with_name(f".funscribe-{secrets.token_hex(8)}.part")
    try:
        part.touch(exist_ok=False)
        yield part
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            beside(part, ending).unlink(missing_ok=True)


def put(part: Path, path: Path) -> None:
    """Give a finished file its name, unless there is a file of that name already."""
    try:
        if sys.platform == "win32":
            part.rename(path)  # fails there where the name is taken
        else:
            os.link(part, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        _put_without_link(part, path)
    settle(path.parent)


def _put_without_link(part: Path, path: Path) -> None:
    while True:
        with contextlib.suppress(ScriptBusy), exclusive(path):
            if not path.exists():
                part.rename(path)
            return
