"""Locks of the system on files: they end with the process that holds them, however that ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_LOOK_AGAIN_S = 0.01
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


class NoLocksHere(OSError):
    """The file system of a file has no locks."""


@contextlib.contextmanager
def alone(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock of a file that nobody else holds while the block runs; the file goes with it.

    Args:
        path: The file; it is made, its folder is not.
        wait: Wait for who holds it.

    Yields:
        False where another process or thread holds it, alone or with others.

    Raises:
        NoLocksHere: The file system has no locks.
        OSError: The file cannot be made.
    """
    descriptor = _locked(path, _lock_alone)
    while wait and descriptor is None:
        time.sleep(_LOOK_AGAIN_S)
        descriptor = _locked(path, _lock_alone)
    if descriptor is None:
        yield False
        return
    _held.add(descriptor)
    try:
        yield True
    finally:
        _held.discard(descriptor)
        _give_back(path, descriptor)


@contextlib.contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold the lock of a file together with others while the block runs; waits for who has it alone.

    Args:
        path: The file; it is made, its folder is not. It goes with the last that holds it.

    Raises:
        NoLocksHere: The file system has no locks.
        OSError: The file cannot be made.
    """
    descriptor = _locked(path, _lock_shared)
    while descriptor is None:
        time.sleep(_LOOK_AGAIN_S)
        descriptor = _locked(path, _lock_shared)
    _held.add(descriptor)
    try:
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)
        with contextlib.suppress(OSError), alone(path):  # the last one leaves nothing behind
            pass


_held: set[int] = set()


def _forget_in_child() -> None:
    # A forked worker shares the open lock; it would keep it alive after its parent is gone.
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


def _locked(path: Path, lock: Callable[[int], bool]) -> int | None:
    """Descriptor of the locked file, None if another holds it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        mine = False
        try:
            if not lock(descriptor):
                return None
            # The holder before may have removed the file between our opening and our locking it.
            mine = _is(path, descriptor)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                raise NoLocksHere(error.errno, os.strerror(error.errno or 0), str(path)) from error
            raise
        finally:
            if not mine:
                os.close(descriptor)
        if mine:
            return descriptor


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt
    import secrets

    # This system's locks are of bytes, and each is one holder's: who shares takes one byte, who is alone all.
    _BYTES = 1 << 30

    def _lock_bytes(descriptor: int, first: int, count: int) -> bool:
        os.lseek(descriptor, first, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, count)
        except PermissionError:
            return False
        return True

    def _lock_alone(descriptor: int) -> bool:
        return _lock_bytes(descriptor, 0, _BYTES)

    def _lock_shared(descriptor: int) -> bool:
        return _lock_bytes(descriptor, secrets.randbelow(_BYTES), 1)

    def _give_back(path: Path, descriptor: int) -> None:
        os.close(descriptor)
        # An open file cannot be removed here: if another has opened it meanwhile, it stays.
        with contextlib.suppress(OSError):
            path.unlink()

else:
    import fcntl

    def _flock(descriptor: int, kind: int) -> bool:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lock_alone(descriptor: int) -> bool:
        return _flock(descriptor, fcntl.LOCK_EX)

    def _lock_shared(descriptor: int) -> bool:
        return _flock(descriptor, fcntl.LOCK_SH)

    def _give_back(path: Path, descriptor: int) -> None:
        # Removed while still locked, so that nobody can lock a file that is about to vanish unnoticed.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(descriptor)
