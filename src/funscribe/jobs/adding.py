"""How orders become jobs, each inside a transaction that its caller holds."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from typing import NamedTuple

from funscribe.jobs.database import touch
from funscribe.jobs.rows import Recipes, checked_priority, order_values, path_value
from funscribe.pipeline.order import Order

_GROWTH = 10  # a queue is backed up when a tenth of its jobs came after the last back-up


class Added(NamedTuple):
    """The number of a job, and whether it is new: an order for the same script may have been there."""

    id: int
    new: bool


class Draft:
    """Orders as they will be stored, encoded before the queue is held.

    Args:
        orders: What is to be added.
        priority: Of all of them.

    Raises:
        QueueError: A path is none, or the priority is no whole number.
        RecipeInvalid: A recipe would not read back as it is.
    """

    def __init__(self, orders: Iterable[Order], priority: int) -> None:
        recipes = Recipes()
        self.priority = checked_priority(priority)
        self.rows = [order_values(order, recipes) for order in orders]
        self.recipes = recipes.texts


def add(connection: sqlite3.Connection, draft: Draft) -> list[Added]:
    """Add what is not queued or running already."""
    connection.executemany("INSERT OR IGNORE INTO recipes VALUES (?, ?)", draft.recipes.items())
    version, now = touch(connection), time.time()
    return [_add_one(connection, (*row, draft.priority, now, version)) for row in draft.rows]


def _add_one(connection: sqlite3.Connection, row: tuple[object, ...]) -> Added:
    there = connection.execute(
        "SELECT id FROM jobs WHERE place = ? AND state IN ('queued', 'running')", (row[2],)
    ).fetchone()
    if there is not None:
        return Added(there["id"], new=False)
    made = connection.execute(
        """
        INSERT INTO jobs (video, script, place, recipe, variants, overwrite, priority, added, version, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued')
        """,
        row,
    )
    assert made.lastrowid is not None
    return Added(made.lastrowid, new=True)


def mark(size: int, mtime_ns: int) -> str:
    """Return what tells a file from one of the same name."""
    return f"{size} {mtime_ns}"


def seen(connection: sqlite3.Connection, path: str, mark: str) -> bool:
    """Return whether this very file was noticed before."""
    row = connection.execute("SELECT mark FROM noticed WHERE path = ?", (path_value(path),)).fetchone()
    return row is not None and row["mark"] == mark


def notice(connection: sqlite3.Connection, path: str, mark: str) -> bool:
    """Write down that a file was noticed; False if it was before."""
    if seen(connection, path, mark):
        return False
    connection.execute("INSERT OR REPLACE INTO noticed VALUES (?, ?)", (path_value(path), mark))
    return True


def back_up_due(connection: sqlite3.Connection) -> bool:
    """Return whether the queue has grown by a tenth since its last back-up: copying stays cheap beside it."""
    last, backed_up = connection.execute(
        "SELECT coalesce(max(seq), 0), (SELECT backed_up FROM queue) FROM sqlite_sequence"
    ).fetchone()
    return bool(last - backed_up > last // _GROWTH)


def backed_up(connection: sqlite3.Connection) -> None:
    """Write down that all jobs there are have been backed up."""
    connection.execute("UPDATE queue SET backed_up = (SELECT coalesce(max(seq), 0) FROM sqlite_sequence)")
