"""The file of the queue where the disk, its rights or a killed process are against it."""

import random
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import pytest

from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queue.sqlite"


def _orders(count):
    return [Order(video=f"/v/{k}.mp4", script=f"/v/{k}.funscript") for k in range(count)]


def _run(program: str, *arguments: object) -> subprocess.Popen:
    words = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def open_folder():
    """A folder that other users can reach."""
    with tempfile.TemporaryDirectory(prefix="funscribe-test-", dir="/tmp") as name:
        Path(name).chmod(0o777)
        yield Path(name)


_AS_NOBODY = """
    import os, sys
    from funscribe.errors import QueueNotWritable
    from funscribe.jobs.store import JobStore
    from funscribe.pipeline.order import Order
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        store = JobStore(sys.argv[1])
        print(len(store.page()), sum(store.counts().values()))
        store.add([Order(video="a", script="/new")])
    except QueueNotWritable as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not closed by their mode there")
@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o555), (0o444, 0o777), (0o644, 0o555)])
def test_a_queue_that_can_only_be_read_can_be_listed(open_folder, file, folder):
    path = open_folder / "queue.sqlite"
    with JobStore(path) as store:
        store.add(_orders(7))
    before = path.read_bytes()
    path.chmod(file)
    open_folder.chmod(folder)
    ran = _run(_AS_NOBODY, path)
    told, wrong = ran.communicate(timeout=60)
    open_folder.chmod(0o777)
    assert wrong == ""
    listed, refused = told.splitlines()
    assert listed == "7 7"
    assert "queue.sqlite cannot be written" in refused
    assert "FUNSCRIBE_QUEUE" in refused
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not closed by their mode there")
@pytest.mark.parametrize(
    ("file", "folder", "words"), [(0o000, 0o777, "cannot be"), (None, 0o555, "not permitted")]
)
def test_a_queue_that_can_be_neither_read_nor_made_is_told(open_folder, file, folder, words):
    path = open_folder / "queue.sqlite"
    if file is not None:
        JobStore(path).close()
        path.chmod(file)
    open_folder.chmod(folder)
    ran = _run(_AS_NOBODY, path)
    told, wrong = ran.communicate(timeout=60)
    open_folder.chmod(0o777)
    assert wrong == ""
    assert words in told
    assert path.exists() == (file is not None)


def test_a_disk_that_takes_no_more_is_told(path):
    program = """
        import resource, sys
        from funscribe.errors import QueueNotWritable
        from funscribe.jobs.store import JobStore
        from funscribe.pipeline.order import Order
        store = JobStore(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            for k in range(1000):
                store.add([Order(video="v", script=f"/{k}/{j}") for j in range(100)])
        except QueueNotWritable as error:
            print(k * 100, len(store.ids()), error)
    """
    pytest.importorskip("resource")
    ran = _run(program, path)
    told, wrong = ran.communicate(timeout=60)
    assert wrong == ""
    added, there, words = told.split(maxsplit=2)
    assert int(added) == int(there) > 0
    assert "queue.sqlite" in words
    with JobStore(path) as store:
        assert len(store.ids()) == int(added)


@pytest.mark.skipif(sys.platform == "win32", reason="ended by a signal")
def test_killed_at_any_moment_each_add_is_there_whole_or_not_at_all(path):
    program = """
        import sys
        from funscribe.jobs.store import JobStore
        from funscribe.pipeline.order import Order
        store = JobStore(sys.argv[1])
        for k in range(10_000):
            store.add([Order(video="v", script=f"/{sys.argv[2]}/{k}/{j}") for j in range(50)])
            print(k, flush=True)
    """
    rng = random.Random(60)
    JobStore(path).close()
    for turn in range(10):
        child = _run(program, path, turn)
        assert child.stdout.readline() == "0\n"
        threading.Event().wait(rng.uniform(0, 0.06))
        child.kill()
        told = child.stdout.read().split()
        child.communicate()
        last = int(told[-1]) if told else 0
        with JobStore(path) as store:
            assert store._database._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            scripts = [job.order.script for job in store.page(limit=10**6)]
        mine = [script.split("/")[2] for script in scripts if script.startswith(f"/{turn}/")]
        assert len(mine) in ((last + 1) * 50, (last + 2) * 50)
        assert all(mine.count(str(k)) == 50 for k in range(last + 1))
