"""Runners, their claims, and what becomes of them."""

import math

import pytest

from funscribe.jobs.store import JobStore
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order


@pytest.fixture
def store(tmp_path):
    with JobStore(tmp_path / "queue.sqlite") as store:
        yield store


def _add(store, count=3, **more):
    start = len(store.ids())
    orders = [Order(video=f"/v/{k}", script=f"/s/{k}") for k in range(start, start + count)]
    return [added.id for added in store.add(orders, **more)]


def test_nothing_waits_in_an_empty_queue(store):
    assert store.claim(store.enlist()) is None


def test_a_claim_is_told_whole(store):
    _add(store)
    runner = store.enlist()
    job = store.claim(runner)
    assert job == store.get(1)
    assert (job.state, job.attempt, job.runner) == ("running", 1, runner.name)
    assert job.began is not None
    assert job.progress is None


def test_the_order_is_priority_then_attempts_then_age(store):
    runner = store.enlist()
    _add(store, 3)
    _add(store, 2, priority=5)
    _add(store, 1, priority=-5)
    store.claim(runner)
    assert store.again(runner, 4, "once more", counted=True) == "queued"
    assert [store.claim(runner).id for _ in range(6)] == [5, 4, 1, 2, 3, 6]
    assert store.claim(runner) is None


def test_two_runners_never_get_one_job(store):
    _add(store, 10)
    with JobStore(store.path) as other:
        one, two = store.enlist(), other.enlist()
        taken = [job.id for _ in range(5) for job in (store.claim(one), other.claim(two))]
    assert sorted(taken) == list(range(1, 11))


def test_progress_is_written_for_what_is_the_runner_s_own(store):
    _add(store)
    one, two = store.enlist(), store.enlist()
    store.claim(one)
    store.claim(two)
    half = Progress(0.5, 100, 50.0, 2.0, 10.0, 120.0, 1, 2, 30.0)
    assert store.report(one, {1: half, 2: half, 3: half, 99: half, 10**30: half}) == {2, 3, 99, 10**30}
    assert store.get(1).progress == half
    assert store.get(2).progress is None
    assert store.report(two, {2: None}) == set()
    assert store.get(2).progress is None
    odd = Progress(math.nan, 1, math.inf, 1.0, math.nan, 1.0)
    assert store.report(one, {1: odd}) == set()
    assert store.get(1).progress == Progress(0.0, 1, 0.0, 1.0, None, 1.0)


def test_the_need_of_disk_is_kept(store):
    _add(store)
    one, two = store.enlist(), store.enlist()
    store.claim(one)
    assert store.needs(one, 1, 5_000_000_000)
    assert not store.needs(two, 1, 1)
    assert not store.needs(one, 2, 1)
    assert store.get(1).need_bytes == 5_000_000_000
    assert store.needs(one, 1, 10**30)
    assert store.get(1).need_bytes == 2**63 - 1


def test_a_job_is_done_once(store):
    _add(store)
    one, two = store.enlist(), store.enlist()
    store.claim(one)
    assert not store.finish(two, 1, 5)
    assert store.finish(one, 1, 5, ["caf\udce9", "second"])
    job = store.get(1)
    assert (job.state, job.actions, job.warnings) == ("done", 5, ("caf\\udce9", "second"))
    assert job.ended is not None
    assert not store.finish(one, 1, 6)
    assert not store.fail(one, 1, "late")
    assert store.again(one, 1, "late", counted=True) == "done"
    assert store.get(1) == job
    assert not store.finish(one, 99, 5)
    assert store.again(one, 99, "none", counted=True) == "cancelled"


def test_a_failure_keeps_its_reason(store):
    _add(store)
    runner = store.enlist()
    store.claim(runner)
    assert store.fail(runner, 1, "no picture stream\udcff")
    assert (store.get(1).state, store.get(1).error) == ("failed", "no picture stream\\udcff")


def test_attempts_that_count_are_bounded(store):
    _add(store, 1)
    runner = store.enlist()
    states = []
    for k in range(3):
        assert store.claim(runner).attempt == k + 1
        states.append(store.again(runner, 1, f"crash {k}", counted=True))
    assert states == ["queued", "queued", "failed"]
    assert store.get(1).error == "crash 2"
    assert store.claim(runner) is None


def test_attempts_that_do_not_count_are_given_back(store):
    _add(store, 1)
    runner = store.enlist()
    for _ in range(20):
        assert store.claim(runner).attempt == 1
        assert store.again(runner, 1, "the disk is full", counted=False) == "queued"
    assert store.get(1).attempt == 0
    assert store.get(1).error == "the disk is full"


def test_a_cancelled_job_comes_back_to_its_runner_only_when_it_knows(store):
    _add(store, 1)
    runner = store.enlist()
    store.claim(runner)
    store.cancel([1])
    store.retry([1])
    assert store.claim(runner) is None  # it would think that it never lost it
    assert not store.finish(runner, 1, 5)
    assert store.claim(runner).id == 1
    store.cancel([1])
    store.retry([1])
    assert store.report(runner, {1: None}) == {1}
    assert store.claim(runner).id == 1
    store.cancel([1])
    store.retry([1])
    other = store.enlist()
    assert store.claim(other).id == 1
    assert store.report(runner, {1: None}) == {1}
    assert store.get(1).state == "running"
    assert store.finish(other, 1, 5)
