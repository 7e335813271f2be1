"""The queue as it is kept: jobs that are added, claimed, carried out and looked at by many processes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from funscribe.errors import QueueBusy, QueueNotWritable
from funscribe.jobs import adding, control, listing
from funscribe.jobs.adding import Added, Draft
from funscribe.jobs.backup import back_up, restore
from funscribe.jobs.claims import Claims
from funscribe.jobs.database import Database, touch
from funscribe.jobs.job import Job, State
from funscribe.jobs.opening import WAIT_S, default_path
from funscribe.jobs.runners import Observer, Runner
from funscribe.pipeline.order import Order

__all__ = ["Added", "JobStore", "Observer", "Runner", "default_path", "restore"]


class JobStore(Claims):
    """The jobs of one queue file, for any thread and any number of processes.

    Args:
        path: The file; None is `$FUNSCRIBE_QUEUE`, or `queue.sqlite` in the user's data folder.
        wait_s: How long to wait for other processes that hold it (s).

    Raises:
        QueueDamaged: The file is there and is no sound queue; what is there has been copied aside.
        QueueNotWritable: It cannot be made. One that can only be read can still be looked at.
        QueueBusy: Another process held it for too long; any method may raise these three.
    """

    def __init__(self, path: Path | str | None = None, wait_s: float = WAIT_S) -> None:
        super().__init__(Database(default_path() if path is None else Path(path), wait_s))
        self._wait_s = wait_s

    @property
    def path(self) -> Path:
        """The file, links followed."""
        return self._database.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing but `close` can be called after it."""
        self._database.close()

    def back_up(self) -> Path:
        """Write a back-up beside the queue, whole or not at all, and return its path."""
        kept = back_up(self.path, self._wait_s)
        with self._database.change(durable=False) as connection:
            adding.backed_up(connection)
        return kept

    # Adding

    def add(self, orders: Iterable[Order], *, priority: int = 0) -> list[Added]:
        """Add orders, all or none; one whose script is queued or running already is not added again.

        A back-up is written when more than a tenth of the jobs came after the last one.

        Args:
            orders: What is asked for.
            priority: Larger ones are begun first.

        Returns:
            For each order the number of its job, in the order given.

        Raises:
            QueueError: A path is empty or holds a zero byte, or the priority is no whole number.
            RecipeInvalid: A recipe would not read back as it is.
        """
        draft = Draft(orders, priority)
        if not draft.rows:
            return []
        with self._database.change() as connection:
            added = adding.add(connection, draft)
            due = adding.back_up_due(connection)
        self._back_up_if(due)
        return added

    def add_noticed(self, order: Order, size: int, mtime_ns: int, priority: int = 0) -> Added | None:
        """Add an order for a file that was found, once for each content of it; None if it was seen before.

        Args:
            order: What is asked for.
            size: Size of its video (bytes).
            mtime_ns: When its video was last written (Unix ns).
            priority: Larger ones are begun first.
        """
        draft, mark = Draft([order], priority), adding.mark(size, mtime_ns)
        with self._database.read() as connection:
            if adding.seen(connection, order.video, mark):
                return None
        with self._database.change() as connection:
            if not adding.notice(connection, order.video, mark):
                return None
            added = adding.add(connection, draft)[0]
            due = adding.back_up_due(connection)
        self._back_up_if(due)
        return added

    def seen(self, path: str, size: int, mtime_ns: int) -> bool:
        """Return whether a file with this content was noticed before; writes nothing."""
        with self._database.read() as connection:
            return adding.seen(connection, path, adding.mark(size, mtime_ns))

    def noticed(self, path: str, size: int, mtime_ns: int) -> bool:
        """Write down that a file was found; True the first time for each content of it, over all runs."""
        with self._database.change() as connection:
            return adding.notice(connection, path, adding.mark(size, mtime_ns))

    def _back_up_if(self, due: bool) -> None:
        # What was asked for is done and safe: no room for a copy of it is no failure.
        if due:
            with contextlib.suppress(QueueNotWritable, QueueBusy):
                self.back_up()

    # Looking

    def get(self, job: int) -> Job:
        """Return a job.

        Raises:
            JobNotFound: There is none of that number.
        """
        with self._database.read() as connection:
            return self._reader.job(listing.one(connection, job))

    def page(
        self, *, states: Iterable[State] | None = None, limit: int = 50, after: int | None = None
    ) -> list[Job]:
        """Return the next jobs in order of their numbers.

        Args:
            states: Only jobs in these; None is all.
            limit: At most this many.
            after: Number of the last job of the page before, None for the first page.
        """
        wanted = listing.checked_states(states)
        with self._database.read() as connection:
            return self._jobs(listing.page(connection, wanted, limit, after or 0))

    def changed(self, since: int, limit: int = 1000) -> list[Job]:
        """Return jobs that changed after a `version`, at most `limit`, those that changed first in front."""
        with self._database.read() as connection:
            return self._jobs(listing.changed(connection, since, limit))

    def _jobs(self, rows: list[sqlite3.Row]) -> list[Job]:
        return [self._reader.job(row) for row in rows]

    def counts(self) -> dict[State, int]:
        """Return how many jobs are in each state, in the order of a job's life."""
        with self._database.read() as connection:
            return listing.counts(connection)

    def ids(self, states: Iterable[State] | None = None) -> list[int]:
        """Return the numbers of the jobs in these states, in order; None is all."""
        wanted = listing.checked_states(states)
        with self._database.read() as connection:
            return listing.ids(connection, wanted)

    def version(self) -> int:
        """Return a number that grows whenever a job is added, changed or removed, by any process."""
        with self._database.read() as connection:
            return int(connection.execute("SELECT version FROM queue").fetchone()[0])

    @property
    def paused(self) -> bool:
        """Whether no more jobs are begun."""
        with self._database.read() as connection:
            return bool(connection.execute("SELECT paused FROM queue").fetchone()[0])

    # Control

    def cancel(self, jobs: Iterable[int]) -> list[int]:
        """Cancel jobs that are queued or running, and return those; a runner hears of it by its `report`.

        Raises:
            JobNotFound: One of them is not there; then none is cancelled. So it is for all that follow.
        """
        with self._database.change() as connection:
            return control.cancel(connection, jobs)

    def remove(self, jobs: Iterable[int]) -> list[int]:
        """Remove jobs that do not run, and return them.

        Raises:
            JobNotFound: One of them is not there.
            JobNotIdle: One of them runs; then none is removed.
        """
        with self._database.change() as connection:
            return control.remove(connection, jobs)

    def retry(self, jobs: Iterable[int]) -> list[int]:
        """Queue jobs again that failed or were cancelled, with all their attempts, and return those.

        One whose script is queued or running as another job stays as it is.

        Raises:
            JobNotFound: One of them is not there.
        """
        with self._database.change() as connection:
            return control.retry(connection, jobs)

    def clear(self, states: Iterable[State]) -> int:
        """Remove all jobs in these states, and return how many.

        Raises:
            JobNotIdle: Jobs that run are among them; then none is removed.
        """
        wanted = listing.checked_states(states)
        with self._database.change() as connection:
            return control.clear(connection, wanted)

    def pause(self) -> None:
        """Let no more jobs begin; those that run go on."""
        self._pause(1)

    def resume(self) -> None:
        """Let jobs begin again."""
        self._pause(0)

    def _pause(self, paused: int) -> None:
        with self._database.change() as connection:
            connection.execute("UPDATE queue SET paused = ?", (paused,))
            touch(connection)
