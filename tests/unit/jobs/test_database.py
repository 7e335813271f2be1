"""The file of the queue: whole or not there, changed in one step or not at all, and never silently new."""

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import textwrap
import threading

import pytest

from funscribe.errors import QueueBusy, QueueDamaged, QueueError, QueueNotWritable
from funscribe.jobs.backup import restore
from funscribe.jobs.database import Database
from funscribe.jobs.faults import beside, copy_aside
from funscribe.jobs.opening import connect
from funscribe.jobs.runners import Observer
from funscribe.jobs.schema import VERSION
from funscribe.jobs.store import JobStore
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queue.sqlite"


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> bytes:
    """The bytes of a queue with 40 jobs; no log is left beside it."""
    path = tmp_path_factory.mktemp("filled") / "queue.sqlite"
    with JobStore(path) as store:
        store.add(_orders(40))
    return path.read_bytes()


def _orders(count, start=0):
    return [Order(video=f"/v/{k}.mp4", script=f"/v/{k}.funscript") for k in range(start, start + count)]


def _run(program: str, *arguments: object, **options) -> subprocess.Popen:
    words = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_a_link_to_the_queue_is_followed(tmp_path):
    (tmp_path / "far").mkdir()
    link = tmp_path / "link.sqlite"
    link.symlink_to(tmp_path / "far" / "queue.sqlite")
    with JobStore(link) as store:
        store.add(_orders(1))
    with JobStore(tmp_path / "far" / "queue.sqlite") as store:
        assert store.ids() == [1]


@pytest.mark.parametrize(
    "length", [0, 1, 15, 16, 50, 99, 100, 101, 511, 4095, 4096, 4097, 8192, -4097, -4096, -1]
)
def test_a_queue_that_is_cut_short_is_damage(path, filled, length):
    cut = filled[:length]
    path.write_bytes(cut)
    for _ in range(2):
        with pytest.raises(QueueDamaged, match=r"queue\.sqlite is damaged.*move it away"):
            Database(path)
    assert path.read_bytes() == cut
    copies = list(path.parent.glob("*.damaged-*"))
    assert [copy.read_bytes() for copy in copies] == ([cut] if cut else [])


def test_every_length_is_noticed(path, filled):
    rng = random.Random(6)
    for length in rng.sample(range(1, len(filled)), 40):
        path.write_bytes(filled[:length])
        with pytest.raises(QueueDamaged):
            Database(path)


@pytest.mark.parametrize("seed", range(20))
def test_other_bytes_in_the_middle_never_make_another_queue(path, filled, seed):
    rng = random.Random(seed)
    data = bytearray(filled)
    start = rng.randrange(0, len(data) - 4096)
    data[start : start + 4096] = rng.randbytes(4096)
    path.write_bytes(data)
    with pytest.raises(QueueDamaged):
        Database(path)
    assert path.read_bytes() == bytes(data)


@pytest.mark.parametrize(
    "content", [b"x", b"hello\n" * 1000, bytes(8192), b"SQLite format 3\0", os.urandom(9000)]
)
def test_a_file_that_is_no_queue_is_never_taken_for_a_new_one(path, content):
    path.write_bytes(content)
    with pytest.raises(QueueDamaged):
        Database(path)
    assert path.read_bytes() == content


def test_any_few_bytes_that_are_wrong_raise_nothing_but_our_errors(path):
    with JobStore(path) as store:
        store.add([Order(video=f"/v/é{k}", script=f"/{k}", variants=("soft",)) for k in range(30)])
        runner = store.enlist()
        for _ in range(5):
            store.claim(runner)
        store.report(runner, {k: Progress(0.5, 1, 2.0, 3.0, 4.0, 5.0) for k in range(1, 6)})
    good, rng, told = path.read_bytes(), random.Random(4), 0
    for _ in range(40):
        for entry in path.parent.iterdir():
            entry.unlink()
        data = bytearray(good)
        for _ in range(rng.choice((1, 3, 20))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data)
        try:
            _use(path)
        except QueueError:
            told += 1
    assert told > 5


def _use(path):
    with JobStore(path) as store:
        runner = store.enlist()
        store.page()
        store.claim(runner)
        store.changed(0)
        store.report(runner, {})
        store.reclaim(Observer())
        store.back_up()


def test_the_database_of_another_program_stays_as_it_is(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (value)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(QueueDamaged, match="another program"):
        Database(path)
    assert path.read_bytes() == before


def test_a_table_that_is_missing_is_damage(path):
    with contextlib.closing(Database(path)) as database, database.change() as connection:
        connection.execute("DROP TABLE recipes")
    with JobStore(path) as store, pytest.raises(QueueDamaged, match="no such table"):
        store.page()


def test_a_queue_of_a_newer_version_is_refused(path):
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(QueueError, match=r"newer Funscribe.*update Funscribe") as said:
        Database(path)
    assert not isinstance(said.value, QueueDamaged)
    assert list(path.parent.glob("*.damaged-*")) == []


def _fail_halfway(store):
    with store._database.change() as connection:
        assert connection.execute("DELETE FROM jobs").rowcount == 1
        raise KeyError


def test_a_change_that_fails_is_undone(path):
    with JobStore(path) as store:
        store.add(_orders(1))
        with pytest.raises(KeyError):
            _fail_halfway(store)
        assert store.ids() == [1]
        store.add(_orders(1, start=1))
        assert store.ids() == [1, 2]


def test_a_full_disk_is_told_and_undone(path):
    with JobStore(path) as store:
        store.add(_orders(5))
        pages = store._database._connection.execute("PRAGMA page_count").fetchone()[0]
        store._database._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(QueueNotWritable, match="the disk is full; free some space"):
            store.add(_orders(5000, start=5))
        assert store.ids() == [1, 2, 3, 4, 5]
        store._database._connection.execute("PRAGMA max_page_count = 1000000")
        store.add(_orders(5000, start=5))
        assert len(store.ids()) == 5005


def test_a_queue_held_by_another_is_busy(path):
    with JobStore(path, wait_s=0.05) as store:
        other = connect(path, "mode=rw")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(QueueBusy, match=r"more than 0\.05 s"):
            store.add(_orders(1))
        assert store.ids() == []
        other.execute("ROLLBACK")
        other.close()
        store.add(_orders(1))
        assert store.ids() == [1]


def test_a_queue_that_was_closed_says_so(path):
    store = JobStore(path)
    store.close()
    store.close()
    with pytest.raises(QueueError, match="was closed"):
        store.counts()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_nothing_is_written_where_nobody_will_find_it(path):
    with JobStore(path) as store:
        store.add(_orders(1))
        path.rename(path.with_name("elsewhere.sqlite"))
        with pytest.raises(QueueDamaged, match="removed or replaced while it was open"):
            store.add(_orders(1, start=1))
        restore(path)
        new = JobStore(path)
        new.add(_orders(1, start=2))
        with pytest.raises(QueueDamaged, match="removed or replaced while it was open"):
            store.add(_orders(1, start=1))
    assert beside(path, "-wal").exists()  # the old one did not take the log of the new one with it
    new.add(_orders(1, start=3))
    new.close()
    with JobStore(path) as store:
        assert [job.order.video for job in store.page()] == ["/v/0.mp4", "/v/2.mp4", "/v/3.mp4"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_opens_the_queue_anew(path):
    program = """
        import os, sys
        from funscribe.jobs.store import JobStore
        from funscribe.pipeline.order import Order
        store = JobStore(sys.argv[1])
        store.add([Order(video="a", script="/a")])
        child = os.fork()
        store.add([Order(video=f"{child}", script="/child" if child == 0 else "/parent")])
        store.close()
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    ran = _run(program, path)
    assert ran.communicate(timeout=60)[1] == ""
    assert ran.returncode == 0
    with JobStore(path) as store:
        assert {job.order.script for job in store.page()} == {"/a", "/child", "/parent"}


def test_many_threads_share_a_store(path):
    with JobStore(path) as store:
        threads = [
            threading.Thread(target=lambda k=k: [store.add(_orders(1, start=100 * k + j)) for j in range(20)])
            for k in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.ids()) == 100


def test_copying_a_damaged_queue_aside_gives_up_no_lock(path):
    program = """
        import sys
        from funscribe.jobs.store import JobStore
        with JobStore(sys.argv[1]) as store:
            print(len(store.ids()))
    """
    with JobStore(path) as store:
        store.add(_orders(3))
        assert copy_aside(path) is not None
        ran = _run(program, path)
        assert ran.communicate(timeout=60) == ("3\n", "")
        # Had the lock been lost, the other would have taken itself for the last and removed the log.
        assert beside(path, "-wal").exists()
        store.add(_orders(3, start=3))
    with JobStore(path) as store:
        assert len(store.ids()) == 6
