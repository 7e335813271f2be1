"""How the file of the queue is found, opened and made whole. The door to SQLite, with `database`."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

from funscribe.errors import ScriptBusy
from funscribe.files import exclusive, settle
from funscribe.jobs.faults import beside, told
from funscribe.jobs.schema import APPLICATION_ID, MIGRATIONS, VERSION

WAIT_S = 10.0
_LOG_BYTES = 4_000_000
_CACHE_KB = 16_000


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


def settings(connection: sqlite3.Connection) -> None:
    """Set what SQLite forgets when a file is closed."""
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA fullfsync = ON")  # on macOS nothing less reaches the disk
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables of an open queue to the newest version, in one step."""
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
                settings(connection)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                migrate(connection)
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
