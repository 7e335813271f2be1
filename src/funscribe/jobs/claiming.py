"""What runners do with jobs, each inside a transaction that its caller holds."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping

import msgspec

from funscribe.jobs.database import touch
from funscribe.jobs.job import State
from funscribe.jobs.reclaiming import beat, enlist
from funscribe.jobs.rows import plain_text, progress_text
from funscribe.jobs.runners import Runner
from funscribe.monitor import Progress

_LARGEST = 2**63 - 1
_MINE = "WHERE id = :id AND state = 'running' AND holder = :token"
_WAITING = """
    SELECT jobs.id, recipes.recipe AS recipe
    FROM jobs INDEXED BY jobs_waiting LEFT JOIN recipes ON recipes.digest = jobs.recipe
    WHERE state = 'queued' AND holder IS NOT ?
    ORDER BY priority DESC, attempt, id LIMIT 1
"""


def waiting(connection: sqlite3.Connection, runner: Runner) -> sqlite3.Row | None:
    """Return the job whose turn it is and its recipe's text; None if there is none, or the queue rests.

    A job that was taken from a runner and put back waits until that runner has heard of it.
    """
    if connection.execute("SELECT paused FROM queue").fetchone()[0]:
        return None
    row: sqlite3.Row | None = connection.execute(_WAITING, (runner.token,)).fetchone()
    return row


def take(connection: sqlite3.Connection, runner: Runner, job: int) -> None:
    """Give a waiting job to a runner."""
    enlist(connection, runner)
    connection.execute(
        """
        UPDATE jobs SET state = 'running', holder = :token, runner = :name, attempt = attempt + 1,
            began = :now, ended = NULL, progress = NULL, version = :version
        WHERE id = :id
        """,
        {
            "token": runner.token,
            "name": runner.name,
            "now": time.time(),
            "version": touch(connection),
            "id": job,
        },
    )


def refuse(connection: sqlite3.Connection, job: int, reason: str) -> None:
    """Let a waiting job fail."""
    connection.execute(
        "UPDATE jobs SET state = 'failed', ended = ?, error = ?, version = ? WHERE id = ?",
        (time.time(), plain_text(reason), touch(connection), job),
    )


def report(
    connection: sqlite3.Connection, runner: Runner, progress: Mapping[int, Progress | None]
) -> set[int]:
    """Write how far the jobs of a runner are; return those that are its own no longer."""
    beat(connection, runner)
    rows = connection.execute("SELECT id, state FROM jobs WHERE holder = ?", (runner.token,)).fetchall()
    mine = {row["id"] for row in rows if row["state"] == "running"}
    told = [(progress_text(value), job) for job, value in progress.items() if value and job in mine]
    if told:
        version = touch(connection)
        connection.executemany(
            "UPDATE jobs SET progress = ?, version = ? WHERE id = ?", [(t, version, job) for t, job in told]
        )
    lost = {row["id"] for row in rows} - mine
    if lost:
        _let_go(connection, runner)
    return lost | (set(progress) - mine)


def _let_go(connection: sqlite3.Connection, runner: Runner, job: int | None = None) -> None:
    """Forget that a runner has what was taken from it: it has heard of it."""
    connection.execute(
        "UPDATE jobs SET holder = NULL WHERE holder = ? AND state != 'running' AND id = coalesce(?, id)",
        (runner.token, job),
    )


def needs(connection: sqlite3.Connection, runner: Runner, job: int, size: int) -> bool:
    """Write down the disk space that a running job needs (bytes)."""
    changed = connection.execute(
        f"UPDATE jobs SET need_bytes = :size, version = :version {_MINE}",
        {"size": min(size, _LARGEST), "version": touch(connection), "id": job, "token": runner.token},
    )
    return changed.rowcount == 1


def finish(
    connection: sqlite3.Connection, runner: Runner, job: int, actions: int | None, warnings: tuple[str, ...]
) -> bool:
    """Mark a running job as done; False if it is the runner's no longer."""
    told = msgspec.json.encode([plain_text(warning) for warning in warnings]).decode()
    columns = "state = 'done', error = '', actions = :actions, warnings = :warnings"
    return _end(connection, runner, job, columns, {"actions": actions, "warnings": told})


def fail(connection: sqlite3.Connection, runner: Runner, job: int, reason: str) -> bool:
    """Mark a running job as failed; False if it is the runner's no longer."""
    columns = "state = 'failed', error = :error"
    return _end(connection, runner, job, columns, {"error": plain_text(reason)})


def _end(
    connection: sqlite3.Connection, runner: Runner, job: int, columns: str, values: dict[str, object]
) -> bool:
    changed = connection.execute(
        f"""
        UPDATE jobs SET {columns}, ended = :now, holder = NULL, progress = NULL, version = :version {_MINE}
        """,
        {**values, "now": time.time(), "version": touch(connection), "id": job, "token": runner.token},
    )
    if not changed.rowcount:
        _let_go(connection, runner, job)
    return changed.rowcount == 1


def again(connection: sqlite3.Connection, runner: Runner, job: int, reason: str, counted: bool) -> bool:
    """Put a running job back, with or without the attempt; False if it is the runner's no longer."""
    changed = connection.execute(
        f"""
        UPDATE jobs SET state = 'queued', holder = NULL, progress = NULL, error = :error,
            attempt = attempt - :back, version = :version {_MINE}
        """,
        {
            "error": plain_text(reason),
            "back": 0 if counted else 1,
            "version": touch(connection),
            "id": job,
            "token": runner.token,
        },
    )
    if not changed.rowcount:
        _let_go(connection, runner, job)
    return changed.rowcount == 1


def state(connection: sqlite3.Connection, job: int) -> tuple[State, int]:
    """Return the state of a job and its attempts; a job that is there no longer was cancelled."""
    row = connection.execute("SELECT state, attempt FROM jobs WHERE id = ?", (job,)).fetchone()
    return ("cancelled", 0) if row is None else (row["state"], row["attempt"])
