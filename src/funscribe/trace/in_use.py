"""Which traces are in use: each has a lock that every run holds from its first look to its script."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from funscribe.files import not_writable
from funscribe.locks import NoLocksHere, alone, shared

_LONG_AGO_S = 86_400.0  # where the system has no locks, only the time of the last use can tell


class Uses:
    """The traces of one store that are held here; others may hold them too, and nobody removes them.

    Args:
        root: The folder of the store.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held: set[str] = set()
        self._stack = contextlib.ExitStack()

    def hold(self, key: str) -> None:
        """Hold a trace from now on; waits while it is being removed.

        Raises:
            OutputNotWritable: The store cannot be written.
        """
        if key in self._held:
            return
        try:
            self._stack.enter_context(shared(_lock(self._root, key)))
        except NoLocksHere:
            pass
        except OSError as error:
            raise not_writable(self._root, error) from error
        self._held.add(key)

    def close(self) -> None:
        """Hold nothing more."""
        self._held.clear()
        self._stack.close()


@contextlib.contextmanager
def unused(root: Path, key: str) -> Iterator[bool]:
    """Keep everybody from using a trace while the block runs; yields False where somebody uses it.

    Raises:
        OutputNotWritable: The store cannot be written.
    """
    with contextlib.ExitStack() as stack:
        try:
            free = stack.enter_context(alone(_lock(root, key)))
        except NoLocksHere:
            free = _untouched(root / key)
        except OSError as error:
            raise not_writable(root, error) from error
        yield free


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Wait until nobody else is removing traces, and keep others from it while the block runs.

    Two that remove at once would each make the room that both need.

    Raises:
        OutputNotWritable: The store cannot be written.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(alone(_lock(root, "removing"), wait=True))
        except NoLocksHere:
            pass
        except OSError as error:
            raise not_writable(root, error) from error
        yield


def _lock(root: Path, name: str) -> Path:
    # Beside the trace, not in the temporary folder: a service may have one of its own, another machine has.
    return root / f"{name}.lock"


def _untouched(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > _LONG_AGO_S
    except FileNotFoundError:
        return True
