"""The side of the queue that runners see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from funscribe.jobs import claiming, listing, reclaiming
from funscribe.jobs.database import Database
from funscribe.jobs.job import Job, State
from funscribe.jobs.rows import JobReader
from funscribe.jobs.runners import Observer, Runner, this_process
from funscribe.monitor import Progress


class Claims:
    """What runners ask of an open queue; each call is done whole or not at all.

    Args:
        database: The open queue.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = JobReader()

    def enlist(self, runner: Runner | None = None) -> Runner:
        """Write down a runner, and return it.

        Args:
            runner: Who it is; None is a new one that is this process.
        """
        runner = this_process() if runner is None else runner
        with self._database.change() as connection:
            reclaiming.enlist(connection, runner)
        return runner

    def beat(self, runner: Runner) -> None:
        """Show that a runner lives; to be called some times within a lease, where `report` is not."""
        with self._database.change(durable=False) as connection:
            reclaiming.beat(connection, runner)

    def retire(self, runner: Runner) -> None:
        """Strike a runner out; what it runs is queued again, that attempt not counted."""
        with self._database.change() as connection:
            reclaiming.strike(connection, runner.token)

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
            dead = observer.dead(reclaiming.runners(connection))
        if not dead:
            return []
        with self._database.change() as connection:
            return [job for token, beat in dead for job in reclaiming.bury(connection, token, beat)]
