"""Runners that leave, die or only seem to."""

import time

import msgspec
import pytest

from funscribe.jobs.runners import Observer, Runner, this_process
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture
def store(tmp_path):
    with JobStore(tmp_path / "queue.sqlite") as store:
        yield store


def _add(store, count=3):
    return [job.id for job in store.add([Order(video=f"/v/{k}", script=f"/s/{k}") for k in range(count)])]


def _far(name="far:1"):
    return Runner(token=name * 2, name=name, machine="elsewhere", pid=1, started=1.0)


def _gone():
    """A runner of this machine whose process has ended."""
    return msgspec.structs.replace(this_process(), pid=2**22 + 1)


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self):
        return self.now


def _wait(store, observer, clock, seconds):
    """Look once a second; return what was taken back."""
    taken = []
    for _ in range(seconds):
        clock.now += 1
        taken += store.reclaim(observer)
    return taken


def test_a_runner_that_leaves_gives_its_jobs_back(store):
    _add(store)
    runner = store.enlist()
    store.claim(runner)
    store.claim(runner)
    store.cancel([2])
    store.retire(runner)
    store.retire(runner)
    assert [store.get(k).state for k in (1, 2, 3)] == ["queued", "cancelled", "queued"]
    assert store.get(1).attempt == 0
    assert not store.finish(runner, 1, 5)
    assert store.claim(store.enlist()).id == 1


def test_the_jobs_of_a_process_that_ended_are_taken_at_once(store):
    _add(store, 3)
    dead, alive = store.enlist(_gone()), store.enlist()
    store.claim(dead)
    store.claim(dead)
    store.claim(alive)
    assert store.reclaim(Observer()) == [1, 2]
    assert store.reclaim(Observer()) == []
    job = store.get(1)
    assert (job.state, job.attempt) == ("queued", 0)
    assert dead.name in job.error
    assert store.get(3).state == "running"
    assert not store.finish(dead, 1, 5)


def test_far_runners_are_dead_when_their_beat_stays(store):
    _add(store, 2)
    quiet, busy, clock = store.enlist(_far("a:1")), store.enlist(_far("b:1")), Clock()
    store.claim(quiet)
    store.claim(busy)
    observer = Observer(30.0, clock)
    taken = []
    for _ in range(40):
        store.beat(busy)
        taken += _wait(store, observer, clock, 1)
    assert taken == [1]
    for _ in range(40):
        store.report(busy, {2: None})
        taken += _wait(store, observer, clock, 1)
    assert taken == [1]
    assert _wait(store, observer, clock, 31) == [2]


@pytest.mark.parametrize("jump", [-1e9, 1e9])
def test_a_clock_that_is_set_changes_no_claim(store, monkeypatch, jump):
    _add(store, 2)
    far, here, clock = store.enlist(_far()), store.enlist(), Clock()
    store.claim(far)
    store.claim(here)
    observer = Observer(30.0, clock)
    assert _wait(store, observer, clock, 5) == []
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    store.beat(far)
    store.beat(here)
    assert _wait(store, observer, clock, 29) == []
    store.beat(here)
    assert _wait(store, observer, clock, 2) == [1]
    assert store.finish(here, 2, 5)
    assert store.claim(here).id == 1


def test_a_runner_that_was_held_dead_and_is_not_goes_on(store):
    _add(store, 2)
    far, clock = store.enlist(_far()), Clock()
    store.claim(far)
    observer = Observer(3.0, clock)
    assert _wait(store, observer, clock, 5) == [1]
    assert store.report(far, {1: None}) == {1}
    assert store.claim(far).id == 1
    assert store.finish(far, 1, 5)
    store.claim(far)
    assert _wait(store, observer, clock, 5) == [2]


def test_a_beat_between_the_look_and_the_taking_saves_the_claim(store):
    _add(store, 1)
    far, clock = store.enlist(_far()), Clock()
    store.claim(far)
    observer = Observer(3.0, clock)
    _wait(store, observer, clock, 3)

    class Late(Observer):
        def dead(self, rows):
            found = [(row["token"], row["beat"]) for row in rows]
            with JobStore(store.path) as other:
                other.beat(far)
            return found

    assert store.reclaim(Late()) == []
    assert store.get(1).state == "running"


def test_a_job_under_which_ten_runners_died_fails_with_the_reason(store):
    _add(store, 2)
    for k in range(10):
        dead = store.enlist(_gone())
        assert store.claim(dead).id == 1
        assert store.get(1).attempt == 1
        assert store.reclaim(Observer()) == [1]
        assert store.get(1).state == ("failed" if k == 9 else "queued")
    job = store.get(1)
    assert "died while it ran" in job.error
    assert "10 times" in job.error
    assert job.ended is not None
    assert store.retry([1]) == [1]
    dead = store.enlist(_gone())
    store.claim(dead)
    store.reclaim(Observer())
    assert store.get(1).state == "queued"


def test_dead_runners_leave_no_row(store):
    for _ in range(50):
        store.enlist(_gone())
    store.reclaim(Observer())
    with store._database.read() as connection:
        assert connection.execute("SELECT count(*) FROM runners").fetchone()[0] == 0
