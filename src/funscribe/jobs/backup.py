"""Back-ups of the queue, and the way back to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from funscribe.errors import QueueDamaged, QueueError
from funscribe.files import printable, settle
from funscribe.jobs.database import fault
from funscribe.jobs.faults import backups, beside, copy_aside, damaged, exists, free_name, told
from funscribe.jobs.opening import WAIT_S, connect, put, unfinished


def back_up(path: Path, wait_s: float = WAIT_S) -> Path:
    """Write a back-up of a queue beside it, whole or not at all; the one before is kept as well.

    Args:
        path: The queue.
        wait_s: How long to wait for other processes (s).

    Returns:
        The back-up.

    Raises:
        QueueDamaged: The queue is damaged; its back-ups stay as they are.
        QueueNotWritable: There is no room, or no permission.
    """
    path = Path(os.path.realpath(path))
    newest, older = backups(path)
    if not exists(path):
        raise damaged(path, "it is gone")
    with told(path, wait_s):
        with unfinished(path) as part:
            _copy(path, part, wait_s)
            with contextlib.suppress(FileNotFoundError):
                newest.replace(older)
            part.replace(newest)
        settle(path.parent)
    return newest


def _copy(path: Path, part: Path, wait_s: float) -> None:
    with (
        contextlib.closing(connect(path, "mode=rw", wait_s)) as source,
        contextlib.closing(connect(part, "mode=rw", wait_s)) as target,
        told(path, wait_s),
    ):
        source.backup(target)
        wrong = fault(target, part)  # what is wrong in the copy is wrong in the queue
        if wrong:
            raise damaged(path, wrong)


def restore(path: Path) -> Path:
    """Put the newest good back-up of a damaged or lost queue in its place; the damaged file is kept aside.

    Args:
        path: The queue.

    Returns:
        The back-up that was taken; it stays.

    Raises:
        QueueError: The queue is in order, or there is no good back-up.
        QueueNotWritable: It cannot be put there.
    """
    path = Path(os.path.realpath(path))
    if _in_order(path):
        raise QueueError(f"the queue {printable(path)} is in order: nothing was restored")
    with told(path):
        for backup in backups(path):
            with unfinished(path) as part:
                if backup.is_file() and _good_copy(backup, part):
                    _set_aside(path)
                    put(part, path)
                    return backup
    raise QueueError(
        f"the queue {printable(path)} has no good back-up: none of "
        f"{' and '.join(backup.name for backup in backups(path))} can be used; "
        "move the queue away to begin a new one"
    )


def _in_order(path: Path) -> bool:
    try:
        if not exists(path):
            return False
        with contextlib.closing(connect(path, "mode=rw")) as connection, told(path):
            wrong = fault(connection, path)
            if wrong:
                raise damaged(path, wrong)  # copied aside before closing, which would change it
    except QueueDamaged:
        return False
    return True


def _good_copy(backup: Path, part: Path) -> bool:
    shutil.copyfile(backup, part)
    try:
        with contextlib.closing(connect(part, "mode=rw")) as connection:
            if fault(connection, part):
                return False
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # its words on what is damaged may be damaged too
        return False
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    return True


def _set_aside(path: Path) -> None:
    """Move the damaged queue away with its log: a log that stayed would be read into the back-up."""
    aside = copy_aside(path) or free_name(path)
    for ending in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            beside(path, ending).replace(beside(aside, ending))
    beside(path, "-shm").unlink(missing_ok=True)
