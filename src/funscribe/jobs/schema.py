"""The tables of the queue, as the ordered changes that lead to them."""

from __future__ import annotations

APPLICATION_ID = 0x46756E73  # "Funs", in the head of the file: tells a queue from any other SQLite file

# A path is text, or bytes where it holds what is no UTF-8: columns without a type keep either as it is.
_FIRST = (
    """
    CREATE TABLE queue (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        paused INTEGER NOT NULL,
        version INTEGER NOT NULL,
        backed_up INTEGER NOT NULL
    )
    """,
    "INSERT INTO queue VALUES (1, 0, 0, 0)",
    "CREATE TABLE recipes (digest TEXT PRIMARY KEY, recipe TEXT NOT NULL) WITHOUT ROWID",
    # AUTOINCREMENT: the number of a job that was removed is never given again.
    """
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        video NOT NULL,
        script NOT NULL,
        place NOT NULL,
        recipe TEXT NOT NULL,
        variants TEXT NOT NULL,
        overwrite INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
        attempt INTEGER NOT NULL DEFAULT 0,
        deaths INTEGER NOT NULL DEFAULT 0,
        added REAL NOT NULL,
        began REAL,
        ended REAL,
        holder TEXT,
        runner TEXT NOT NULL DEFAULT '',
        progress TEXT,
        need_bytes INTEGER,
        error TEXT NOT NULL DEFAULT '',
        warnings TEXT NOT NULL DEFAULT '[]',
        actions INTEGER,
        version INTEGER NOT NULL
    )
    """,
    "CREATE INDEX jobs_waiting ON jobs (priority DESC, attempt, id) WHERE state = 'queued'",
    "CREATE INDEX jobs_held ON jobs (holder) WHERE holder IS NOT NULL",
    "CREATE UNIQUE INDEX jobs_place ON jobs (place) WHERE state IN ('queued', 'running')",
    "CREATE INDEX jobs_state ON jobs (state, id)",
    "CREATE INDEX jobs_version ON jobs (version)",
    """
    CREATE TABLE runners (
        token TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        machine TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started REAL NOT NULL,
        beat INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE TABLE noticed (path PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
"""What leads from each version of the tables to the next, in order; `user_version` counts those done."""

VERSION = len(MIGRATIONS)
