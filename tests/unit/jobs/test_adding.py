"""How orders become jobs."""

import math

import msgspec
import pytest

from funscribe.errors import QueueError, RecipeInvalid
from funscribe.jobs.store import Added, JobStore
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe, change


@pytest.fixture
def store(tmp_path):
    with JobStore(tmp_path / "queue.sqlite") as store:
        yield store


def _order(name, **more):
    return Order(video=f"/v/{name}.mp4", script=f"/v/{name}.funscript", **more)


def test_an_order_comes_back_as_it_was_given(store):
    order = Order(
        video=b"/v/caf\xe9.mp4".decode("utf-8", "surrogateescape"),
        script="s3://bucket/日本 'a\n\"b.funscript",
        recipe=change(Recipe(), ["script.tolerance=3.5", "motion.contacts=a,b"]),
        variants=("soft", "hard"),
        overwrite=True,
    )
    assert store.add([order], priority=-5) == [Added(1, True)]
    job = store.get(1)
    assert job.order == order
    assert (job.priority, job.state, job.attempt, job.progress, job.error) == (-5, "queued", 0, None, "")
    assert job.added > 1e9


def test_no_orders_change_nothing(store):
    before = store.version()
    assert store.add([]) == []
    assert store.add(iter(())) == []
    assert store.version() == before


def test_a_script_is_asked_for_once_until_it_is_done(store):
    assert store.add([_order("a"), _order("b"), _order("a")]) == [(1, True), (2, True), (1, False)]
    other = Order(video="/elsewhere.mp4", script="/v/../v/a.funscript")
    assert store.add([other]) == [(1, False)]
    runner = store.enlist()
    assert store.claim(runner).id == 1
    assert store.add([_order("a")]) == [(1, False)]
    store.finish(runner, 1, 10)
    assert store.add([_order("a")]) == [(3, True)]


def test_numbers_are_never_given_twice(store):
    store.add([_order("a"), _order("b")])
    store.remove([1, 2])
    assert store.add([_order("c")]) == [(3, True)]


def test_equal_recipes_are_stored_once(store):
    two = [change(Recipe(), [f"script.tolerance={3 + k}"]) for k in range(2)]
    recipes = [msgspec.structs.replace(two[k % 2]) for k in range(100)]
    store.add([_order(k, recipe=recipe) for k, recipe in enumerate(recipes)])
    with store._database.read() as connection:
        assert connection.execute("SELECT count(*) FROM recipes").fetchone()[0] == 2
    assert [job.order.recipe for job in store.page(limit=100)] == recipes
    store.clear(["queued"])
    with store._database.read() as connection:
        assert connection.execute("SELECT count(*) FROM recipes").fetchone()[0] == 0


def test_one_bad_order_stops_all(store):
    with pytest.raises(QueueError, match="is no path"):
        store.add([_order("a"), Order(video="", script="x")])
    with pytest.raises(QueueError, match="whole number"):
        store.add([_order("a")], priority=math.nan)
    broken = msgspec.structs.replace(Recipe().script, tolerance=math.nan)
    with pytest.raises(RecipeInvalid):
        store.add([_order("a"), _order("b", recipe=msgspec.structs.replace(Recipe(), script=broken))])
    assert store.ids() == []


def test_an_order_that_fails_to_be_made_stops_all(store):
    def orders():
        yield _order("a")
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        store.add(orders())
    assert store.ids() == []


def test_a_file_is_noticed_once_for_each_content(store):
    assert store.noticed("/v/a.mp4", 100, 5)
    assert not store.noticed("/v/a.mp4", 100, 5)
    assert store.noticed("/v/a.mp4", 101, 5)
    assert store.noticed("/v/a.mp4", 101, 6)
    assert store.noticed("/v/b\udcff.mp4", 2**80, -(2**80))
    assert not store.noticed("/v/b\udcff.mp4", 2**80, -(2**80))


def test_what_was_noticed_is_added_once_even_after_all_is_cleared(store):
    path = store.path
    assert store.add_noticed(_order("a"), 100, 5, priority=3) == (1, True)
    assert store.get(1).priority == 3
    assert store.add_noticed(_order("a"), 100, 5) is None
    store.clear(["queued"])
    store.close()
    with JobStore(path) as again:
        assert again.add_noticed(_order("a"), 100, 5) is None
        assert again.ids() == []
        assert again.add_noticed(_order("a"), 100, 6) == (2, True)
        assert again.add_noticed(_order("a"), 100, 7) == (2, False)


def test_what_could_not_be_added_was_not_noticed(store, monkeypatch):
    def broken(*_):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("funscribe.jobs.adding.add", broken)
        with pytest.raises(RuntimeError):
            store.add_noticed(_order("a"), 1, 1)
    assert store.add_noticed(_order("a"), 1, 1) == (1, True)
