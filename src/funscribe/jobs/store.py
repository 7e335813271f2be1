"""The queue as it is kept: jobs that are added, claimed, carried out and looked at by many processes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from funscribe.errors import QueueBusy, QueueNotWritable
from funscribe.jobs import adding, claiming, control, listing
from funscribe.jobs.adding import Added, Draft
from funscribe.jobs.backup import back_up, restore
from funscribe.jobs.database import WAIT_S, Database, default_path
from funscribe.jobs.job import Job, State
from funscribe.jobs.rows import JobReader
from funscribe.jobs.runners import Observer, Runner, this_process
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order

__all__ = ["Added", "JobStore", "Observer", "Runner", "default_path", "restore"]


class JobStore:
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
        self._database = Database(default_path() if path is None else Path(path), wait_s)
        self._reader = JobReader()
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
            rows = listing.page(connection, wanted, limit, after or 0)
        return [self._reader.job(row) for row in rows]

    def changed(self, since: int, limit: int = 1000) -> list[Job]:
        """Return jobs that changed after a `version`, at most `limit`, those that changed first in front."""
        with self._database.read() as connection:
            rows = listing.changed(connection, since, limit)
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
            claiming.touch(connection)

    # Running

    def enlist(self, runner: Runner | None = None) -> Runner:
        """Write down a runner, and return it.

        Args:
            runner: Who it is; None is a new one that is this process.
        """
        runner = this_process() if runner is None else runner
        with self._database.change() as connection:
            claiming.enlist(connection, runner)
        return runner

    def beat(self, runner: Runner) -> None:
        """Show that a runner lives; to be called some times within a lease, where `report` is not."""
        with self._database.change(durable=False) as connection:
            claiming.beat(connection, runner)

    def retire(self, runner: Runner) -> None:
        """Strike a runner out; what it runs is queued again, that attempt not counted."""
        with self._database.change() as connection:
            claiming.strike(connection, runner.token)

    def claim(self, runner: Runner) -> Job | None:
        """Give the next job to a runner: the highest priority, fewest attempts, longest waiting.

        Returns:
            The job, its state `running` and its attempt counted; None if the queue is paused or none waits.
        """
        with self._database.read() as connection:
            if claiming.waiting(connection, runner) is None:
                return None  # nothing is written where nothing is to do
        with self._database.change() as connection:
            while (row := claiming.waiting(connection, runner)) is not None:
                unread = self._reader.recipe(row["recipe"])[1]
                if not unread:
                    claiming.take(connection, runner, row["id"])
                    return self._reader.job(listing.one(connection, row["id"]))
                claiming.refuse(connection, row["id"], unread)
        return None

    def report(self, runner: Runner, progress: Mapping[int, Progress | None]) -> set[int]:
        """Write how far all running jobs of a runner are, and show that it lives.

        Args:
            runner: Who reports.
            progress: For each job that it runs how far it is, None where nothing is known yet.

        Returns:
            Those that are its own no longer, cancelled or given to another: to be stopped.
        """
        with self._database.change(durable=False) as connection:
            return claiming.report(connection, runner, progress)

    def needs(self, runner: Runner, job: int, size: int) -> bool:
        """Write down the disk space that a job needs (bytes); False if it is the runner's no longer."""
        with self._database.change(durable=False) as connection:
            return claiming.needs(connection, runner, job, size)

    def finish(self, runner: Runner, job: int, actions: int | None, warnings: Iterable[str] = ()) -> bool:
        """Mark a job as done; False, and nothing changed, if it is the runner's no longer.

        Args:
            runner: Who ran it.
            job: Its number.
            actions: Actions of the script; None where it was there and is kept.
            warnings: What the user should know.
        """
        with self._database.change() as connection:
            return claiming.finish(connection, runner, job, actions, tuple(warnings))

    def fail(self, runner: Runner, job: int, reason: str) -> bool:
        """Mark a job as failed; False, and nothing changed, if it is the runner's no longer."""
        with self._database.change() as connection:
            return claiming.fail(connection, runner, job, reason)

    def again(self, runner: Runner, job: int, reason: str, *, counted: bool, attempts: int = 3) -> State:
        """Put a job back after an attempt that came to nothing.

        Args:
            runner: Who ran it.
            job: Its number.
            reason: Why the attempt failed.
            counted: Whether the attempt counts.
            attempts: With so many that count, the job fails for that reason.

        Returns:
            Its state after that; that of others if it is the runner's no longer, `cancelled` if it is gone.
        """
        with self._database.change() as connection:
            attempt = claiming.state(connection, job)[1]
            if counted and attempt >= attempts:
                claiming.fail(connection, runner, job, reason)
            else:
                claiming.again(connection, runner, job, reason, counted)
            return claiming.state(connection, job)[0]

    def reclaim(self, observer: Observer) -> list[int]:
        """Take back the jobs of runners that are dead, and return them; such an attempt does not count.

        A job whose runner died under it ten times fails.

        Args:
            observer: What this process saw of the runners until now.
        """
        with self._database.read() as connection:
            dead = observer.dead(claiming.runners(connection))
        if not dead:
            return []
        with self._database.change() as connection:
            return [job for token, beat in dead for job in claiming.bury(connection, token, beat)]
