"""What a user does with jobs that are there, each inside a transaction that its caller holds."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable

from funscribe.errors import JobNotIdle
from funscribe.jobs.database import touch
from funscribe.jobs.job import State
from funscribe.jobs.rows import job_not_found, number


def states_of(connection: sqlite3.Connection, jobs: Iterable[int]) -> dict[int, State]:
    """Return the state of each job, in the order asked for.

    Raises:
        JobNotFound: One of them is not there.
    """
    found: dict[int, State] = {}
    missing = []
    for job in jobs:
        row = connection.execute("SELECT state FROM jobs WHERE id = ?", (number(job),)).fetchone()
        if row is None:
            missing.append(job)
        else:
            found[job] = row["state"]
    if missing:
        raise job_not_found(missing)
    return found


def cancel(connection: sqlite3.Connection, jobs: Iterable[int]) -> list[int]:
    """Cancel those that are queued or running; return them. Who runs one still holds it until told."""
    open_ones = [job for job, state in states_of(connection, jobs).items() if state in ("queued", "running")]
    if open_ones:
        version, now = touch(connection), time.time()
        connection.executemany(
            "UPDATE jobs SET state = 'cancelled', ended = ?, progress = NULL, version = ? WHERE id = ?",
            [(now, version, job) for job in open_ones],
        )
    return open_ones


def remove(connection: sqlite3.Connection, jobs: Iterable[int]) -> list[int]:
    """Remove jobs that do not run; return them.

    Raises:
        JobNotIdle: One of them runs.
    """
    found = states_of(connection, jobs)
    _refuse_running([job for job, state in found.items() if state == "running"])
    connection.executemany("DELETE FROM jobs WHERE id = ?", [(job,) for job in found])
    _swept(connection)
    return list(found)


def clear(connection: sqlite3.Connection, states: tuple[State, ...]) -> int:
    """Remove all jobs of these states; return how many.

    Raises:
        JobNotIdle: Jobs that run are among them.
    """
    if "running" in states:
        rows = connection.execute("SELECT id FROM jobs WHERE state = 'running' ORDER BY id").fetchall()
        _refuse_running([row["id"] for row in rows])
    gone = connection.execute(f"DELETE FROM jobs WHERE state IN ({', '.join('?' * len(states))})", states)
    _swept(connection)
    return gone.rowcount


def _refuse_running(running: list[int]) -> None:
    if running:
        names = ", ".join(map(str, running[:5])) + (" and more" if len(running) > 5 else "")
        raise JobNotIdle(f"job {names} is running; cancel it first: `funscribe batch cancel`")


def _swept(connection: sqlite3.Connection) -> None:
    touch(connection)
    connection.execute("DELETE FROM recipes WHERE digest NOT IN (SELECT DISTINCT recipe FROM jobs)")


def retry(connection: sqlite3.Connection, jobs: Iterable[int]) -> list[int]:
    """Queue again those that failed or were cancelled, attempts counted anew; return them in order.

    One whose script is queued or running as another job stays as it is; of several for one script the
    newest is taken.
    """
    ended = [job for job, state in states_of(connection, jobs).items() if state in ("failed", "cancelled")]
    version = touch(connection)
    taken = []
    for job in sorted(ended, reverse=True):
        changed = connection.execute(
            """
            UPDATE jobs SET state = 'queued', attempt = 0, deaths = 0, error = '', began = NULL, ended = NULL,
                version = :version
            WHERE id = :id AND NOT EXISTS (
                SELECT 1 FROM jobs AS other
                WHERE other.place = jobs.place AND other.state IN ('queued', 'running')
            )
            """,
            {"version": version, "id": job},
        )
        taken += [job] if changed.rowcount else []
    return sorted(taken)
