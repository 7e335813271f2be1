"""The tables of the queue and the way to them."""

import sqlite3

import pytest

from funscribe.jobs.job import STATES
from funscribe.jobs.schema import MIGRATIONS, VERSION


@pytest.fixture
def tables():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statements in MIGRATIONS:
        for statement in statements:
            connection.execute(statement)
    yield connection
    connection.close()


def _insert(connection, state, place="a"):
    connection.execute(
        "INSERT INTO jobs (video, script, place, recipe, variants, overwrite, priority, added, version,"
        " state) VALUES ('v', 's', ?, 'd', '[]', 0, 0, 0, 0, ?)",
        (place, state),
    )


def test_every_state_can_be_stored_and_no_other(tables):
    for k, state in enumerate(STATES):
        _insert(tables, state, str(k))
    with pytest.raises(sqlite3.IntegrityError):
        _insert(tables, "lost", "x")


def test_two_unfinished_jobs_never_write_one_script(tables):
    _insert(tables, "queued")
    _insert(tables, "done")
    with pytest.raises(sqlite3.IntegrityError):
        _insert(tables, "running")


def test_there_is_one_row_about_the_queue(tables):
    with pytest.raises(sqlite3.IntegrityError):
        tables.execute("INSERT INTO queue VALUES (2, 0, 0, 0)")


def test_the_next_job_is_found_without_sorting(tables):
    plan = tables.execute(
        "EXPLAIN QUERY PLAN SELECT id FROM jobs INDEXED BY jobs_waiting WHERE state = 'queued' "
        "AND holder IS NOT 'x' ORDER BY priority DESC, attempt, id LIMIT 1"
    ).fetchall()
    assert len(plan) == 1
    assert "jobs_waiting" in plan[0][3]


def test_version_counts_the_migrations():
    assert len(MIGRATIONS) == VERSION >= 1
