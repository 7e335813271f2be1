"""Runners of several processes at one queue."""

import subprocess
import sys
import textwrap

import pytest

from funscribe.jobs.runners import Observer, process_start
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture
def store(tmp_path):
    with JobStore(tmp_path / "queue.sqlite") as store:
        yield store


def _add(store, count=3):
    return [job.id for job in store.add([Order(video=f"/v/{k}", script=f"/s/{k}") for k in range(count)])]


def test_processes_that_claim_at_once_share_without_doing_anything_twice(store):
    _add(store, 120)
    program = """
        import sys
        from funscribe.jobs.store import JobStore
        with JobStore(sys.argv[1]) as store:
            runner = store.enlist()
            print("ready", flush=True)
            sys.stdin.readline()
            while (job := store.claim(runner)) is not None:
                assert store.finish(runner, job.id, 1)
                print(job.id)
    """
    words = [sys.executable, "-c", textwrap.dedent(program), str(store.path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    children = [subprocess.Popen(words, **pipes) for _ in range(3)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    told = []
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        out, wrong = child.communicate(timeout=60)
        assert wrong == ""
        told += map(int, out.split())
    assert sorted(told) == list(range(1, 121))
    assert store.counts()["done"] == 120


def test_a_real_process_that_is_killed_loses_its_jobs(store):
    _add(store, 1)
    program = """
        import sys, time
        from funscribe.jobs.store import JobStore
        store = JobStore(sys.argv[1])
        store.claim(store.enlist())
        print("claimed", flush=True)
        time.sleep(60)
    """
    words = [sys.executable, "-c", textwrap.dedent(program), str(store.path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "claimed\n"
        observer = Observer()
        assert store.reclaim(observer) == []
        child.kill()
        child.wait()
    assert process_start(child.pid) is None
    assert store.reclaim(observer) == [1]
