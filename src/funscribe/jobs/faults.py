"""What can be wrong with the file of the queue: found, kept for later, and told with its remedy."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from funscribe.errors import QueueBusy, QueueDamaged, QueueError, QueueNotWritable
from funscribe.files import not_writable, printable

_BLOCK = 1 << 20
_MOST_COPIES = 20
_REMEDY = "choose another place with FUNSCRIBE_QUEUE"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_CLOSED = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_READONLY: f"the file or its folder is read-only; change that or {_REMEDY}",
    sqlite3.SQLITE_PERM: f"it is not permitted; {_REMEDY}",
    sqlite3.SQLITE_CANTOPEN: f"the file or its folder cannot be opened for writing; change that or {_REMEDY}",
}
_SHORT_READ = 522  # SQLITE_IOERR_SHORT_READ


def beside(path: Path, ending: str) -> Path:
    """Return the file of that name with something added."""
    return path.with_name(path.name + ending)


def backups(path: Path) -> list[Path]:
    """Return the names of the back-ups of a queue, newest first."""
    return [beside(path, ".backup"), beside(path, ".backup-1")]


def exists(path: Path) -> bool:
    """Return whether the file of a queue is there.

    Raises:
        QueueDamaged: It is empty, or gone while what belongs to it is still there.
        QueueNotWritable: It is no plain file, or the system does not let us look.
    """
    with told(path):
        if not _there(path):
            return False
        if not size_of(path):
            raise damaged(path, "it is empty")
    return True


def _there(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        left = [other for other in (beside(path, "-wal"), *backups(path)) if other.exists()]
        if left and not path.exists():  # it may have been made between the two looks
            raise damaged(path, f"it is gone, but {left[0].name} is there") from None
        return bool(left)
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "something that is no file"
        raise QueueNotWritable(f"{printable(path)} cannot hold the queue: {what} has that name; {_REMEDY}")
    return True


def size_of(path: Path) -> int:
    """Return the size of a file (bytes), 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def damaged(path: Path, why: str) -> QueueDamaged:
    """The error for a queue that does not hold what was written; what is there is copied aside first."""
    told = [f"the queue {printable(path)} is damaged: {why}"]
    try:
        copy = copy_aside(path)
        told += [f"; what is there is kept as {printable(copy)}"] if copy else []
    except OSError as error:
        told += [f"; it could not be copied aside ({error.strerror or error})"]
    if any(backup.exists() for backup in backups(path)):
        told += ["; `funscribe batch restore` puts the last back-up in its place"]
    else:
        told += ["; it has no back-up: move it away to begin a new queue"]
    return QueueDamaged("".join(told))


def free_name(path: Path) -> Path:
    """Return the first name for a damaged queue that is not taken."""
    k = 1
    while any(os.path.lexists(beside(path, f".damaged-{k}{end}")) for end in ("", "-wal")):
        k += 1
    return beside(path, f".damaged-{k}")


def copy_aside(path: Path) -> Path | None:
    """Return the copy of a queue and its log, made unless it was before; None where there is nothing."""
    parts = [end for end in ("", "-wal") if size_of(beside(path, end))]
    for k in range(1, _MOST_COPIES + 1):
        copy = beside(path, f".damaged-{k}")
        there = [end for end in ("", "-wal") if beside(copy, end).exists()]
        if parts and there == parts and all(_same(beside(path, end), beside(copy, end)) for end in parts):
            return copy
    copy = free_name(path)
    if not parts or copy == beside(path, f".damaged-{_MOST_COPIES + 1}"):
        return None
    for end in parts:
        with beside(copy, end).open("xb") as file:
            for block in _blocks(beside(path, end)):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
    return copy


def _same(one: Path, other: Path) -> bool:
    if size_of(one) != size_of(other):
        return False
    with other.open("rb") as file:
        return all(block == file.read(len(block)) for block in _blocks(one))


_kept_open: dict[tuple[int, int], int] = {}


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield what is in a file that SQLite may have open as well."""
    if sys.platform == "win32":
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
        return
    # To close any descriptor of a file gives up all locks of the process on it, those of SQLite too: another
    # process could then remove the log that this one writes to. So there is one for each file, left open.
    found = path.stat()
    key = (found.st_dev, found.st_ino)
    if key not in _kept_open:
        _kept_open[key] = os.open(path, os.O_RDONLY)
    start = 0
    while block := os.pread(_kept_open[key], _BLOCK, start):
        yield block
        start += len(block)


@contextlib.contextmanager
def told(path: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Turn the errors of SQLite and of the system into ours while the block runs.

    Args:
        path: The queue.
        wait_s: How long was waited for others before it was given up (s).
    """
    try:
        yield
    except QueueError:
        raise
    except sqlite3.Error as error:
        ours = _translated(path, error, wait_s)
        if ours is None:
            raise
        raise ours from error
    except (UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise damaged(path, f"a text in it cannot be read ({error})") from error
    except OSError as error:
        said = QueueNotWritable(f"the queue {not_writable(printable(path), error)}")
        said.errno = error.errno
        raise said from error


def _translated(path: Path, error: sqlite3.Error, wait_s: float) -> QueueError | None:
    full = getattr(error, "sqlite_errorcode", None)
    if full is None:  # raised by Python: wrong use of the library, or a text that is none
        unread = isinstance(error, sqlite3.OperationalError) and "Could not decode" in str(error)
        return damaged(path, "a text in it cannot be read") if unread else None
    code = full & 0xFF
    name = f"the queue {printable(path)}"
    gone = code == sqlite3.SQLITE_ERROR and "no such" in str(error)  # a table that every queue has
    if code in _DAMAGED or full == _SHORT_READ or gone:
        return damaged(path, str(error))
    if code in _BUSY:
        return QueueBusy(
            f"{name} was held by another process for more than {wait_s:g} s; try again, or end that process"
        )
    if code in _CLOSED:
        said = QueueNotWritable(f"{name} cannot be written: {_CLOSED[code]}")
        said.errno = errno.ENOSPC if code == sqlite3.SQLITE_FULL else errno.EACCES
        return said
    if code == sqlite3.SQLITE_IOERR:
        return QueueNotWritable(f"{name}: the disk reports an error ({error}); check the disk, or {_REMEDY}")
    return None
