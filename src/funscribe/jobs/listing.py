"""What is asked of the queue: its jobs by number, by state and by what changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from funscribe.errors import QueueError
from funscribe.jobs.job import STATES, State
from funscribe.jobs.rows import JOB, job_not_found, number

_LARGEST = 2**63 - 1


def checked_states(states: Iterable[State] | None) -> tuple[State, ...]:
    """Return states that there are, each once; None is all of them.

    Raises:
        QueueError: One of them is none.
    """
    if states is None:
        return STATES
    wanted = [states] if isinstance(states, str) else list(states)
    for one in wanted:
        if one not in STATES:
            raise QueueError(f"{one!r} is no state of a job; expected {', '.join(STATES)}")
    return tuple(state for state in STATES if state in wanted)


def one(connection: sqlite3.Connection, job: int) -> sqlite3.Row:
    """Return the row of a job.

    Raises:
        JobNotFound: There is none of that number.
    """
    row: sqlite3.Row | None = connection.execute(f"{JOB} WHERE id = ?", (number(job),)).fetchone()
    if row is None:
        raise job_not_found([job])
    return row


def page(
    connection: sqlite3.Connection, states: tuple[State, ...], limit: int, after: int
) -> list[sqlite3.Row]:
    """Return the first rows of these states beyond a number, in order of their numbers."""
    bounds = (_limited(after), _limited(limit))
    if states == STATES:
        return connection.execute(f"{JOB} WHERE id > ? ORDER BY id LIMIT ?", bounds).fetchall()
    # The first of each state come in order from an index; of all together they would have to be sorted.
    each = "SELECT id FROM (SELECT id FROM jobs WHERE state = ? AND id > ? ORDER BY id LIMIT ?)"
    found = (
        connection.execute(
            f"{' UNION ALL '.join([each] * len(states))} ORDER BY id LIMIT ?",
            (*(value for state in states for value in (state, *bounds)), bounds[1]),
        ).fetchall()
        if states
        else []
    )
    return [one(connection, row["id"]) for row in found]


def changed(connection: sqlite3.Connection, since: int, limit: int) -> list[sqlite3.Row]:
    """Return the rows that changed after a version, those that changed first in front."""
    return connection.execute(
        f"{JOB} WHERE version > ? ORDER BY version, id LIMIT ?", (_limited(since), _limited(limit))
    ).fetchall()


def _limited(value: int) -> int:
    return int(max(0, min(value, _LARGEST)))


def ids(connection: sqlite3.Connection, states: tuple[State, ...]) -> list[int]:
    """Return the numbers of the jobs of these states, in order."""
    found: list[int] = []
    for state in states:
        found += [row[0] for row in connection.execute("SELECT id FROM jobs WHERE state = ?", (state,))]
    return sorted(found)


def counts(connection: sqlite3.Connection) -> dict[State, int]:
    """Return how many jobs are in each state, in the order of a job's life."""
    found = dict(connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall())
    return {state: found.get(state, 0) for state in STATES}
