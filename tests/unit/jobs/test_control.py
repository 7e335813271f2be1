"""What a user does with jobs that are there."""

import pytest

from funscribe.errors import JobNotFound, JobNotIdle
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture
def store(tmp_path):
    with JobStore(tmp_path / "queue.sqlite") as store:
        store.add([Order(video=f"/v/{k}.mp4", script=f"/v/{k}.funscript") for k in range(1, 7)])
        yield store


@pytest.fixture
def runner(store):
    return store.enlist()


UNKNOWN = [7, 0, -1, 2**63, 10**400, float("nan"), "1", None, True]


@pytest.mark.parametrize("what", ["cancel", "remove", "retry"])
@pytest.mark.parametrize("unknown", UNKNOWN)
def test_one_unknown_job_stops_all(store, what, unknown):
    store.cancel([2])
    before = store.page()
    with pytest.raises(JobNotFound):
        getattr(store, what)([1, 2, unknown, 3])
    assert store.page() == before


@pytest.mark.parametrize("what", ["cancel", "remove", "retry"])
def test_nothing_asked_is_nothing_done(store, what):
    assert getattr(store, what)([]) == []
    assert len(store.ids(["queued"])) == 6


def test_cancelling_ends_what_waits_and_what_runs(store, runner):
    store.claim(runner)
    store.claim(runner)
    store.finish(runner, 1, 3)
    assert store.cancel([1, 2, 3, 3]) == [2, 3]
    assert store.cancel([2]) == []
    assert [store.get(k).state for k in (1, 2, 3, 4)] == ["done", "cancelled", "cancelled", "queued"]
    assert store.get(2).ended is not None
    assert store.report(runner, {2: None}) == {2}
    assert store.report(runner, {}) == set()
    assert not store.finish(runner, 2, 3)
    assert store.get(2).state == "cancelled"


def test_what_runs_is_not_removed(store, runner):
    store.claim(runner)
    with pytest.raises(JobNotIdle, match=r"job 1 is running.*funscribe batch cancel"):
        store.remove([2, 1])
    assert len(store.ids()) == 6
    assert store.remove([2, 3, 2]) == [2, 3]
    assert store.ids() == [1, 4, 5, 6]
    store.cancel([1])
    assert store.remove([1]) == [1]
    assert store.report(runner, {1: None}) == {1}


def test_clearing_takes_whole_states(store, runner):
    store.claim(runner)
    store.claim(runner)
    store.finish(runner, 1, 3)
    store.cancel([3])
    with pytest.raises(JobNotIdle, match="job 2 is running"):
        store.clear(["done", "running"])
    assert store.clear([]) == 0
    assert store.clear(["done", "cancelled"]) == 2
    assert store.ids() == [2, 4, 5, 6]
    store.fail(runner, 2, "broken")
    assert store.clear(["running", "failed", "queued"]) == 4
    assert store.ids() == []


def test_what_ended_badly_is_tried_again_with_all_attempts(store, runner):
    for _ in range(3):
        store.claim(runner)
        state = store.again(runner, 1, "crashed", counted=True)
        store.cancel([2, 3, 4, 5, 6])
    assert state == "failed"
    assert (store.get(1).attempt, store.get(1).error) == (3, "crashed")
    assert store.retry([1, 2]) == [1, 2]
    job = store.get(1)
    assert (job.state, job.attempt, job.error, job.began, job.ended) == ("queued", 0, "", None, None)
    assert store.retry([1]) == []


def test_what_is_done_or_runs_is_not_tried_again(store, runner):
    store.claim(runner)
    store.claim(runner)
    store.finish(runner, 1, 3)
    assert store.retry([1, 2, 3]) == []
    assert [store.get(k).state for k in (1, 2, 3)] == ["done", "running", "queued"]


def test_a_script_is_tried_again_by_one_job_alone(store):
    store.cancel([1])
    order = store.get(1).order
    second = store.add([order])[0].id
    assert store.retry([1]) == []
    store.cancel([second])
    assert store.retry([1, second]) == [second]
    assert store.get(1).state == "cancelled"


def test_a_pause_holds_what_waits_and_nothing_else(store, runner):
    store.claim(runner)
    store.pause()
    store.pause()
    assert store.paused
    assert store.claim(runner) is None
    assert store.finish(runner, 1, 3)
    path = store.path
    with JobStore(path) as other:
        assert other.paused
        other.resume()
    assert not store.paused
    assert store.claim(runner).id == 2


def test_many_jobs_at_once(store):
    added = store.add([Order(video="v", script=f"/m/{k}") for k in range(3000)])
    ids = [job.id for job in added]
    assert store.cancel(ids) == ids
    assert store.retry(ids) == ids
    assert store.remove(ids) == ids
    with pytest.raises(JobNotFound, match="and 2995 more"):
        store.cancel(ids)
