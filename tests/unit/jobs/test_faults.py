"""What is wrong with the file of a queue, told in words."""

import errno
import os
import sqlite3

import msgspec
import pytest

from funscribe.errors import QueueBusy, QueueDamaged, QueueError, QueueNotWritable
from funscribe.jobs.faults import backups, beside, copy_aside, damaged, exists, free_name, told


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queue.sqlite"


def _error(code):
    error = sqlite3.OperationalError("said by SQLite")
    error.sqlite_errorcode = code
    return error


def test_nothing_there_is_no_fault(path):
    assert exists(path) is False
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("ending", ["-wal", ".backup", ".backup-1"])
def test_a_queue_that_is_gone_leaves_traces(path, ending):
    beside(path, ending).write_bytes(b"something")
    with pytest.raises(QueueDamaged, match=f"gone, but queue.sqlite{ending} is there"):
        exists(path)
    assert not path.exists()


def test_an_empty_file_is_damage(path):
    path.touch()
    with pytest.raises(QueueDamaged, match="it is empty"):
        exists(path)


def test_what_is_no_file_cannot_hold_a_queue(path):
    path.mkdir()
    with pytest.raises(QueueNotWritable, match=r"a folder has that name.*FUNSCRIBE_QUEUE"):
        exists(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(path):
    os.mkfifo(path)
    with pytest.raises(QueueNotWritable, match="something that is no file"):
        exists(path)


def test_each_damage_is_copied_once(path):
    path.write_bytes(b"first" * 500_000)
    beside(path, "-wal").write_bytes(b"log")
    first = copy_aside(path)
    assert first is not None
    assert first.read_bytes() == path.read_bytes()
    assert beside(first, "-wal").read_bytes() == b"log"
    assert copy_aside(path) == first
    path.write_bytes(b"other" * 500_000)
    second = copy_aside(path)
    assert second not in (None, first)
    assert first.read_bytes() == b"first" * 500_000
    assert free_name(path) == beside(path, ".damaged-3")


def test_copies_are_bounded(path):
    for k in range(25):
        path.write_bytes(b"%d" % k)
        copy_aside(path)
    assert len(list(path.parent.glob("*.damaged-*"))) == 20


def test_nothing_is_not_copied(path):
    assert copy_aside(path) is None


def test_the_remedy_depends_on_a_back_up(path):
    path.write_bytes(b"x")
    assert "move it away to begin a new queue" in str(damaged(path, "why"))
    backups(path)[1].write_bytes(b"y")
    said = str(damaged(path, "why"))
    assert "funscribe batch restore" in said
    assert "queue.sqlite.damaged-1" in said


def test_damage_is_told_even_where_it_cannot_be_copied(path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path.write_bytes(b"x")
    monkeypatch.setattr("funscribe.jobs.faults.copy_aside", full)
    assert "could not be copied aside (No space left on device)" in str(damaged(path, "why"))


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_CORRUPT, QueueDamaged, "is damaged"),
        (sqlite3.SQLITE_CORRUPT | 2 << 8, QueueDamaged, "is damaged"),
        (sqlite3.SQLITE_NOTADB, QueueDamaged, "is damaged"),
        (522, QueueDamaged, "is damaged"),
        (sqlite3.SQLITE_BUSY, QueueBusy, "more than 2.5 s"),
        (sqlite3.SQLITE_BUSY | 1 << 8, QueueBusy, "more than 2.5 s"),
        (sqlite3.SQLITE_FULL, QueueNotWritable, "free some space"),
        (sqlite3.SQLITE_READONLY, QueueNotWritable, "read-only"),
        (sqlite3.SQLITE_CANTOPEN, QueueNotWritable, "cannot be opened for writing"),
        (sqlite3.SQLITE_IOERR, QueueNotWritable, "the disk reports an error"),
    ],
)
def test_errors_of_sqlite_become_ours(path, code, kind, words):
    with pytest.raises(kind, match=words), told(path, 2.5):
        raise _error(code)


def test_a_full_disk_can_be_told_from_the_rest(path):
    with pytest.raises(QueueNotWritable) as said, told(path):
        raise _error(sqlite3.SQLITE_FULL)
    assert said.value.errno == errno.ENOSPC


def test_errors_of_the_system_become_ours(path):
    with pytest.raises(QueueNotWritable, match="the disk is read-only") as said, told(path):
        raise OSError(errno.EROFS, "Read-only file system")
    assert said.value.errno == errno.EROFS


@pytest.mark.parametrize(
    "error",
    [
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        msgspec.DecodeError("JSON is malformed"),
        msgspec.ValidationError("Expected `int`"),
        sqlite3.OperationalError("Could not decode to UTF-8 column 'video' with text '?'"),
    ],
)
def test_texts_that_cannot_be_read_are_damage(path, error):
    with pytest.raises(QueueDamaged, match="a text in it cannot be read"), told(path):
        raise error


def test_wrong_use_and_our_own_errors_pass(path):
    with pytest.raises(sqlite3.ProgrammingError), told(path):
        raise sqlite3.ProgrammingError("wrong number of bindings")
    twice = sqlite3.IntegrityError("twice")
    twice.sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT
    with pytest.raises(sqlite3.IntegrityError), told(path):
        raise twice
    own = QueueError("own")
    with pytest.raises(QueueError) as said, told(path):
        raise own
    assert said.value is own
