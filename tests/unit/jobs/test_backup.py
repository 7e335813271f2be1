"""Back-ups, and the way back to them."""

import random
import sqlite3

import pytest

from funscribe.errors import QueueDamaged, QueueError, QueueNotWritable
from funscribe.jobs.backup import back_up, restore
from funscribe.jobs.faults import backups, beside
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queue.sqlite"


def _orders(count, start=0):
    return [Order(video=f"/v/{k}.mp4", script=f"/v/{k}.funscript") for k in range(start, start + count)]


def _fill(path, count=40):
    with JobStore(path) as store:
        store.add(_orders(count))
        store.back_up()


def test_a_back_up_is_a_queue_and_the_one_before_is_kept(path):
    with JobStore(path) as store:
        store.add(_orders(3))
        first = store.back_up()
        store.cancel([1])
        assert store.back_up() == first == backups(path)[0]
    with JobStore(first) as store:
        assert store.ids(["queued"]) == [2, 3]
    with JobStore(backups(path)[1]) as store:
        assert store.ids(["queued"]) == [1, 2, 3]
    assert [entry.name for entry in path.parent.iterdir() if entry.name.endswith(".part")] == []


def test_small_additions_are_backed_up_too(path):
    with JobStore(path) as store:
        for k in range(30):
            store.add(_orders(1, start=k))
    with JobStore(backups(path)[0]) as store:
        assert len(store.ids()) >= 27


def test_what_is_written_while_it_is_copied_does_no_harm(path):
    with JobStore(path) as store, JobStore(path) as other:
        for k in range(5):
            store.add(_orders(200, start=200 * k))
            other.back_up()
    with JobStore(backups(path)[0]) as copy:
        assert len(copy.ids()) == 1000


def test_a_damaged_queue_never_becomes_the_back_up(path):
    _fill(path)
    before = [backup.read_bytes() for backup in backups(path) if backup.exists()]
    data = bytearray(path.read_bytes())
    data[-8192:] = random.Random(1).randbytes(8192)
    path.write_bytes(data)
    with pytest.raises(QueueDamaged):
        back_up(path)
    assert [backup.read_bytes() for backup in backups(path) if backup.exists()] == before


def test_no_room_for_a_back_up_is_told_but_fails_no_add(path, monkeypatch):
    def full(*_):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with JobStore(path) as store:
        monkeypatch.setattr("funscribe.jobs.backup._copy", full)
        assert len(store.add(_orders(10))) == 10
        with pytest.raises(QueueNotWritable, match="the disk is full"):
            store.back_up()
        assert len(store.ids()) == 10
    assert list(path.parent.glob("*.backup*")) == []
    assert list(path.parent.glob(".funscribe-*")) == []


@pytest.mark.parametrize("length", [0, 10, 4096, 9000])
def test_a_queue_that_was_cut_short_comes_back(path, length):
    _fill(path)
    cut = path.read_bytes()[:length]
    path.write_bytes(cut)
    with pytest.raises(QueueDamaged, match="funscribe batch restore"):
        JobStore(path)
    assert restore(path) == backups(path)[0]
    with JobStore(path) as store:
        assert len(store.ids()) == 40
        assert store.add(_orders(1, start=40))[0].new
    aside = list(path.parent.glob("*.damaged-*"))
    assert [copy.read_bytes() for copy in aside] == [cut]


def test_a_queue_that_is_gone_comes_back(path):
    _fill(path)
    path.unlink()
    with pytest.raises(QueueDamaged, match="it is gone"):
        JobStore(path)
    with pytest.raises(QueueDamaged, match="it is gone"):
        back_up(path)
    restore(path)
    with JobStore(path) as store:
        assert len(store.ids()) == 40


def test_the_log_of_a_damaged_queue_is_not_read_into_the_back_up(path):
    _fill(path)
    store = JobStore(path)
    store.add(_orders(3, start=40))  # too few for a back-up
    log = beside(path, "-wal").read_bytes()
    store.close()
    damaged = path.read_bytes()[:5000]
    path.write_bytes(damaged)
    beside(path, "-wal").write_bytes(log)
    restore(path)
    with JobStore(path) as store:
        assert len(store.ids()) == 40
    assert any(copy.read_bytes() == log for copy in path.parent.glob("*.damaged-*-wal"))


def test_the_newest_good_back_up_is_taken(path):
    _fill(path)
    with JobStore(path) as store:
        store.back_up()
    backups(path)[0].write_bytes(b"nothing good")
    path.write_bytes(b"")
    assert restore(path) == backups(path)[1]
    with JobStore(path) as store:
        assert len(store.ids()) == 40
    assert backups(path)[0].read_bytes() == b"nothing good"


def test_without_a_good_back_up_everything_stays(path):
    path.write_bytes(b"damaged")
    with pytest.raises(QueueError, match="no good back-up"):
        restore(path)
    for backup in backups(path):
        backup.write_bytes(b"damaged too")
    with pytest.raises(QueueError, match="no good back-up"):
        restore(path)
    assert path.read_bytes() == b"damaged"


def test_a_queue_in_order_is_not_replaced(path):
    _fill(path)
    with JobStore(path) as store:
        store.add(_orders(1, start=40))
        with pytest.raises(QueueError, match=r"in order: nothing was restored"):
            restore(path)
    with JobStore(path) as store:
        assert len(store.ids()) == 41


def test_where_nothing_ever_was_nothing_is_restored(path):
    with pytest.raises(QueueError, match="no good back-up"):
        restore(path)
    assert list(path.parent.iterdir()) == []


def test_another_program_s_database_is_no_back_up(path):
    connection = sqlite3.connect(backups(path)[0])
    connection.execute("CREATE TABLE theirs (value)")
    connection.commit()
    connection.close()
    with pytest.raises(QueueError, match="no good back-up"):
        restore(path)
    assert not path.exists()
