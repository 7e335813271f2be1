"""Runners as they come, beat and go, and what becomes of their jobs; inside a transaction of the caller."""

from __future__ import annotations

import sqlite3
import time

from funscribe.jobs.database import touch
from funscribe.jobs.runners import Runner

DEATHS = 10  # of runners, before a job is held to be what kills them


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
