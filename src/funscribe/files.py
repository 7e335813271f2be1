"""Files written whole or not at all, and locks that keep two runs from writing the same one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from funscribe.errors import OutputNotWritable, ScriptBusy
from funscribe.locks import alone

_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some space or choose another folder"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or choose another folder"),
    errno.EACCES: ("it is not permitted", "choose a folder that you may write to"),
    errno.EPERM: ("it is not permitted", "choose a folder that you may write to"),
    errno.EROFS: ("the disk is read-only", "choose a folder that you may write to"),
    errno.ENOENT: ("there is no such folder", "make the folder or choose another one"),
    errno.ENOTDIR: ("part of the path is not a folder", "choose another folder"),
    errno.EISDIR: ("a folder has that name", "choose another name"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name"),
}


def write_atomically(path: Path | str, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it.

    Raises:
        OutputNotWritable: If the file cannot be written; nothing is left behind, not even when interrupted.
    """
    with whole_file(path) as unfinished:
        _write(unfinished, data)


@contextlib.contextmanager
def whole_file(path: Path | str) -> Iterator[Path]:
    """Yield a temporary name in the folder of `path`, which becomes `path` in one step when the block ends.

    What stood there before stays until then. A link is followed.

    Raises:
        OutputNotWritable: If the file cannot be written; nothing is left behind, not even when interrupted.
    """
    try:
        target = Path(os.path.realpath(path))
    except ValueError as error:
        raise OutputNotWritable(f"{str(path)!r} cannot be written: {error}; choose another name") from error
    unfinished = target.with_name(f".funscribe-{secrets.token_hex(8)}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not target.parent.exists():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        try:
            yield unfinished
            unfinished.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise
        settle(target.parent)
    except OutputNotWritable:
        raise
    except OSError as error:
        raise not_writable(path, error) from error


def printable(path: Path | str) -> str:
    """A path that any text may hold: bytes of a file name that are not UTF-8 as escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def not_writable(path: Path | str, error: OSError) -> OutputNotWritable:
    """The error that says why `path` cannot be written, and the remedy."""
    reason, remedy = _REASONS.get(error.errno or 0, (error.strerror or str(error), "choose another folder"))
    said = OutputNotWritable(f"{path} cannot be written: {reason}; {remedy}")
    said.errno = error.errno
    return said


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path) -> None:
    """Bring the new name of a file down to the disk, where the system can do that."""
    if sys.platform == "win32":
        return
    # The data are safe already: a file system that cannot sync a folder is no reason to fail.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def exclusive(path: Path | str) -> Iterator[None]:
    """Hold the only right to write `path` while the block runs.

    The lock is the system's own on a file in the temporary folder, so it ends with the process however that
    ends, and nothing is left beside the user's files.

    Raises:
        ScriptBusy: If another process or thread holds it.
        OutputNotWritable: If the temporary folder cannot be written.
    """
    lock = _lock_path(path)
    with contextlib.ExitStack() as stack:
        try:
            lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = stack.enter_context(alone(lock))
        except OSError as error:
            raise not_writable(lock, error) from error
        if not free:
            raise ScriptBusy(
                f"{path}: another run is writing it; wait for it to end or choose another folder"
            )
        yield


def _lock_path(path: Path | str) -> Path:
    name = os.path.normcase(os.path.realpath(path))
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"funscribe-{user}" / f"{digest}.lock"
