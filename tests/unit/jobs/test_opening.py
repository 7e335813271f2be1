"""How the file of the queue is found and made whole."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from funscribe.errors import QueueError
from funscribe.jobs.database import Database
from funscribe.jobs.faults import beside
from funscribe.jobs.opening import create, default_path, put
from funscribe.jobs.schema import APPLICATION_ID, MIGRATIONS, VERSION
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queue.sqlite"


def _orders(count, start=0):
    return [Order(video=f"/v/{k}.mp4", script=f"/v/{k}.funscript") for k in range(start, start + count)]


def test_the_place_of_the_queue_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "mine.sqlite"))
    assert default_path() == tmp_path / "mine.sqlite"
    monkeypatch.delenv("FUNSCRIBE_QUEUE")
    assert default_path().name == "queue.sqlite"


def test_a_new_queue_is_whole_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "a" / "b" / "queue.sqlite"
    Database(path).close()
    assert [entry.name for entry in path.parent.iterdir()] == ["queue.sqlite"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    connection.close()


@pytest.mark.parametrize(
    "name", ["a?b#c%41&mode=memory.sqlite", "ö ü 日本.sqlite", "-rf", " ", b"caf\xe9.sqlite"]
)
def test_strange_names_are_names(tmp_path, name):
    path = tmp_path / (os.fsdecode(name) if isinstance(name, bytes) else name)
    try:
        path.touch()
        path.unlink()
    except OSError:
        pytest.skip("this file system does not take the name")
    with JobStore(path) as store:
        store.add(_orders(1))
        store.back_up()
    with JobStore(path) as store:
        assert store.ids() == [1]
    assert path.is_file()


def test_a_queue_made_by_another_meanwhile_stays(path):
    Database(path).close()
    before = path.stat().st_ino
    create(path)
    assert path.stat().st_ino == before
    assert [entry.name for entry in path.parent.iterdir()] == ["queue.sqlite"]


def test_without_links_the_queue_is_still_made_once(path, monkeypatch):
    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    create(path)
    before = path.stat().st_ino
    part = beside(path, ".other")
    part.write_bytes(b"later")
    put(part, path)
    assert path.stat().st_ino == before
    with JobStore(path) as store:
        assert store.ids() == []


def test_older_queues_are_brought_forward(path, monkeypatch):
    with JobStore(path) as store:
        store.add(_orders(3))
    later = (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN colour TEXT", "UPDATE jobs SET colour = 'red'"))
    monkeypatch.setattr("funscribe.jobs.opening.MIGRATIONS", later)
    monkeypatch.setattr("funscribe.jobs.opening.VERSION", len(later))
    monkeypatch.setattr("funscribe.jobs.database.VERSION", len(later))
    for _ in range(2):
        with contextlib.closing(Database(path)) as database, database.read() as connection:
            found = [row[0] for row in connection.execute("SELECT colour FROM jobs").fetchall()]
            assert connection.execute("PRAGMA user_version").fetchone()[0] == len(later)
        assert found == ["red"] * 3


def test_a_migration_that_fails_changes_nothing(path, monkeypatch):
    Database(path).close()
    later = (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN colour TEXT", "SELECT nonsense()"))
    with monkeypatch.context() as patch:
        patch.setattr("funscribe.jobs.opening.MIGRATIONS", later)
        patch.setattr("funscribe.jobs.opening.VERSION", len(later))
        with pytest.raises((QueueError, sqlite3.Error)):
            Database(path)
    with contextlib.closing(Database(path)) as database, database.read() as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
        assert "colour" not in [row["name"] for row in connection.execute("PRAGMA table_info(jobs)")]


def test_processes_that_begin_at_once_end_with_one_queue(path):
    program = """
        import sys
        from funscribe.jobs.store import JobStore
        from funscribe.pipeline.order import Order
        print("ready", flush=True)
        sys.stdin.readline()
        with JobStore(sys.argv[1]) as store:
            store.add([Order(video="v", script=f"/{sys.argv[2]}/{k}") for k in range(20)])
    """
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    words = [sys.executable, "-c", textwrap.dedent(program), str(path)]
    children = [subprocess.Popen([*words, str(k)], text=True, **pipes) for k in range(4)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        assert child.communicate(timeout=60)[1] == ""
        assert child.returncode == 0
    with JobStore(path) as store:
        assert store.ids() == list(range(1, 81))
    assert [entry.name for entry in path.parent.iterdir() if entry.name.endswith(".part")] == []
