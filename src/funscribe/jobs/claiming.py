"""What runners do with jobs, each inside a transaction that its caller holds."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping

import msgspec

from funscribe.jobs.job import State
from funscribe.jobs.rows import plain_text, progress_text
from funscribe.jobs.runners import Runner
from funscribe.monitor import Progress

DEATHS = 10  # of runners, before a job is held to be what kills them

_MINE = "WHERE id = :id AND state = 'running' AND holder = :token"
_WAITING = """
    SELECT jobs.id, recipes.recipe AS recipe
    FROM jobs LEFT JOIN recipes ON recipes.digest = jobs.recipe
    WHERE state = 'queued' AND holder IS NOT ?
    ORDER BY priority DESC, attempt, id LIMIT 1
"""


def touch(connection: sqlite3.Connection) -> int:
    """Return the next version of the queue, for what is changed in this transaction."""
    connection.execute("UPDATE queue SET version = version + 1")
    return int(connection.execute("SELECT version FROM queue").fetchone()[0])


def waiting(connection: sqlite3.Connection, runner: Runner) -> sqlite3.Row | None:
    """Return the job whose turn it is and its recipe's text; None if there is none, or the queue rests.

    A job that was taken from a runner and put back waits until that runner has heard of it.
    """
    if connection.execute("SELECT paused FROM queue").fetchone()[0]:
        return None
    row: sqlite3.Row | None = connection.execute(_WAITING, (runner.token,)).fetchone()
    return row


def enlist(connection: sqlite3.Connection, runner: Runner) -> None:
    """Write a runner down, if it is not there."""
    connection.execute(
        "INSERT OR IGNORE INTO runners VALUES (?, ?, ?, ?, ?, 0)",
        (runner.token, runner.name, runner.machine, runner.pid, runner.started),
    )


def beat(connection: sqlite3.Connection, runner: Runner) -> None:
    """Show that a runner lives, even one that was held to be dead."""
    enlist(connection, runner)
    connection.execute("UPDATE runners SET beat = beat + 1 WHERE token = ?", (runner.token,))


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
        {"size": size, "version": touch(connection), "id": job, "token": runner.token},
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


def runners(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return all runners that are written down."""
    return connection.execute("SELECT token, machine, pid, started, beat FROM runners").fetchall()


def strike(connection: sqlite3.Connection, token: str) -> None:
    """Put back the jobs of a runner that left in order."""
    connection.execute(
        """
        UPDATE jobs SET state = 'queued', holder = NULL, progress = NULL, attempt = attempt - 1, version = ?
        WHERE holder = ? AND state = 'running'
        """,
        (touch(connection), token),
    )
    connection.execute("UPDATE jobs SET holder = NULL WHERE holder = ?", (token,))
    connection.execute("DELETE FROM runners WHERE token = ?", (token,))


def bury(connection: sqlite3.Connection, token: str, beat: int) -> list[int]:
    """Put back the jobs of a runner that died, unless it has beaten since; return their numbers."""
    row = connection.execute("SELECT beat FROM runners WHERE token = ?", (token,)).fetchone()
    if row is not None and row["beat"] != beat:
        return []
    held = connection.execute(
        "SELECT id, runner, deaths FROM jobs WHERE holder = ? AND state = 'running'", (token,)
    ).fetchall()
    version = touch(connection)
    for job in held:
        deaths = job["deaths"] + 1
        reason = f"its runner {job['runner']} died while it ran ({deaths} times by now)"
        ended = deaths >= DEATHS
        connection.execute(
            """
            UPDATE jobs SET state = ?, deaths = ?, error = ?, ended = ?, holder = NULL, progress = NULL,
                attempt = attempt - 1, version = ?
            WHERE id = ?
            """,
            (
                "failed" if ended else "queued",
                deaths,
                reason,
                time.time() if ended else None,
                version,
                job["id"],
            ),
        )
    connection.execute("UPDATE jobs SET holder = NULL WHERE holder = ?", (token,))
    connection.execute("DELETE FROM runners WHERE token = ?", (token,))
    return [job["id"] for job in held]
