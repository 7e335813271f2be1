"""Looking at the queue."""

import msgspec
import pytest

from funscribe.errors import JobNotFound, QueueError
from funscribe.jobs.job import STATES
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order


@pytest.fixture
def store(tmp_path):
    with JobStore(tmp_path / "queue.sqlite") as store:
        yield store


@pytest.fixture
def mixed(store):
    """Fifty jobs: 1 to 10 done, 11 to 20 failed, 21 and 22 running, 31 to 40 cancelled, the rest queued."""
    store.add([Order(video=f"/v/{k}.mp4", script=f"/v/{k}.funscript") for k in range(1, 51)])
    runner = store.enlist()
    for k in range(1, 23):
        assert store.claim(runner).id == k
        if k <= 10:
            store.finish(runner, k, 5)
        elif k <= 20:
            store.fail(runner, k, "broken")
    store.cancel(range(31, 41))
    return store


def test_pages_follow_each_other(mixed):
    found, after = [], None
    while page := mixed.page(limit=7, after=after):
        assert len(page) <= 7
        found += [job.id for job in page]
        after = page[-1].id
    assert found == list(range(1, 51))


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["failed"], list(range(11, 21))),
        (["running", "queued"], [*range(21, 31), *range(41, 51)]),
        (["cancelled", "done", "cancelled"], [*range(1, 11), *range(31, 41)]),
        ("done", list(range(1, 11))),
        ([], []),
        (STATES, list(range(1, 51))),
        (None, list(range(1, 51))),
    ],
)
def test_states_are_chosen(mixed, states, expected):
    assert mixed.ids(states) == expected
    found, after = [], 0
    while page := mixed.page(states=states, limit=3, after=after):
        found += [job.id for job in page]
        after = page[-1].id
    assert found == expected


def test_counts_are_those_of_the_states(mixed):
    counts = mixed.counts()
    assert tuple(counts) == STATES
    assert counts == {state: len(mixed.ids([state])) for state in STATES}
    assert counts["running"] == 2


def test_an_empty_queue_counts_nothing(store):
    assert store.counts() == dict.fromkeys(STATES, 0)
    assert store.page() == store.ids() == store.changed(0) == []


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (-1, 0), (1, 1), (10**30, 50)])
def test_any_limit_is_a_limit(mixed, limit, count):
    assert len(mixed.page(limit=limit)) == count
    assert len(mixed.changed(0, limit=limit)) == count


def test_any_number_may_stand_before_a_page(mixed):
    assert mixed.page(after=-(10**30))[0].id == 1
    assert mixed.page(after=10**30) == []


def test_a_state_that_is_none_is_refused(store):
    for call in (store.ids, store.clear, lambda states: store.page(states=states)):
        with pytest.raises(QueueError, match="expected queued, running, done, failed, cancelled"):
            call(["finished"])


@pytest.mark.parametrize("job", [0, 51, 2**63, 10**400, float("nan"), "1", None])
def test_an_unknown_job_is_not_found(mixed, job):
    with pytest.raises(JobNotFound, match="funscribe batch list"):
        mixed.get(job)


def test_the_version_tells_changes_of_any_process(store):
    with JobStore(store.path) as other:
        seen = [store.version()]

        def changed():
            seen.append(store.version())
            assert other.version() == seen[-1]
            return seen[-1] > seen[-2]

        other.add([Order(video="v", script=f"/{k}") for k in range(3)])
        assert changed()
        assert [job.id for job in store.changed(seen[-2])] == [1, 2, 3]
        runner = other.enlist()
        other.beat(runner)
        assert not changed()
        other.claim(runner)
        assert changed()
        assert [job.id for job in store.changed(seen[-2])] == [1]
        assert store.changed(seen[-1]) == []
        other.pause()
        assert changed()
        assert store.paused
        store.resume()
        assert changed()
        other.remove([3])
        assert changed()
        assert store.changed(seen[-2]) == []
        store.counts(), store.page(), store.get(1)
        assert not changed()


def test_changes_come_in_their_order(mixed):
    before = mixed.version()
    mixed.cancel([50])
    mixed.cancel([41])
    assert [job.id for job in mixed.changed(before)] == [50, 41]
    assert [job.id for job in mixed.changed(before, limit=1)] == [50]
    assert len(mixed.changed(-(10**30))) == 50


def test_a_job_of_another_version_is_listed_with_the_reason_and_never_begun(store):
    store.add([Order(video="v", script="/1"), Order(video="v", script="/2", recipe=_other())])
    with store._database.change() as connection:
        connection.execute(
            "UPDATE recipes SET recipe = ? WHERE digest = ?",
            ('{"later": {}}', Order(video="", script="").recipe.digest()),
        )
    assert "another version of Funscribe" in store.get(1).error
    assert store.get(2).error == ""
    assert store.claim(store.enlist()).id == 2
    assert store.get(1).state == "failed"
    assert "add the video again" in store.get(1).error


def _other():
    from funscribe.recipe import Recipe, change

    return change(Recipe(), ["script.tolerance=5"])


def test_jobs_survive_json(mixed):
    from funscribe.jobs.job import Job

    jobs = mixed.page(limit=50)
    assert msgspec.json.decode(msgspec.json.encode(jobs), type=list[Job]) == jobs
