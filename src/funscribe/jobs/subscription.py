"""Being told what changes in a queue, whichever process changes it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from funscribe.errors import QueueBusy
from funscribe.jobs.job import Job

Tell = Callable[[tuple[Job, ...]], object]

_EVERY_S = 0.25
_log = logging.getLogger(__name__)


class Watched(Protocol):
    """What can be watched: a queue."""

    def version(self) -> int:
        """Return a number that changes whenever anything changes."""
        ...

    def changed(self, since: int) -> list[Job]:
        """Return the jobs that have changed since a version."""
        ...


class Subscription:
    """A thread that watches a queue and tells what changes; ended by `close`.

    An error of the callback ends it: it is logged at once, and raised by `close`.
    """

    def __init__(self, queue: Watched, callback: Tell) -> None:
        self._callback = callback
        self._over = threading.Event()
        self._error: BaseException | None = None
        self._changes = Changes(queue)
        self._thread = threading.Thread(target=self._watch, name="funscribe-queue", daemon=True)
        self._thread.start()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        try:
            self.close()
        except Exception:  # logged already; the error of the block is the one to be seen
            _log.debug("the subscription had failed as well")

    @property
    def alive(self) -> bool:
        """Whether changes are still told."""
        return self._thread.is_alive() and not self._over.is_set()

    def close(self) -> None:
        """Tell what has changed so far, and end; when this returns the callback is not called any more.

        Raises:
            Exception: What the callback raised, once.
        """
        self._over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _watch(self) -> None:
        try:
            while True:
                last = self._over.wait(_EVERY_S)
                self._tell()
                if last:
                    return
        except Exception as error:
            self._error = error
            _log.exception("a subscription to the queue ended because of an error")

    def _tell(self) -> None:
        try:
            changed = self._changes.take()
        except QueueBusy:  # the next look finds the same
            return
        if changed:
            self._callback(tuple(changed))


class Changes:
    """What has changed in a queue since the last look."""

    def __init__(self, queue: Watched) -> None:
        self._queue = queue
        self._seen = queue.version()
        self._last: dict[int, Job] = {}

    def take(self) -> list[Job]:
        """Return the jobs that are new or have changed, as they are now."""
        version = self._queue.version()
        if version == self._seen:
            return []
        # What changes between the two looks would be told again by the next one.
        found = [job for job in self._queue.changed(self._seen) if self._last.get(job.id) != job]
        self._seen, self._last = version, {job.id: job for job in found}
        return found
