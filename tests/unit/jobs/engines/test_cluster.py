"""What the engine does with a cluster of two CPUs on this machine; none is lost here."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from funscribe.errors import DeviceLost, DeviceMissing, VideoUnreadable, WorkerDied
from funscribe.spread import Finished

pytest.importorskip("ray", reason="Ray is not installed")

from funscribe.jobs.engines import cluster
from funscribe.jobs.engines.cluster import Counts, carry_out, count_cpus, spread_over_ray

# Ray leaves the logs of the processes that it starts open.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

TASKS = str(Path(__file__).parents[2])


@pytest.fixture(scope="module", autouse=True)
def _local() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", TASKS)
        patch.setenv("RAY_AUTH_MODE", "disabled")  # else a token is kept in the user's home
        patch.syspath_prepend(TASKS)
        with cluster.serve_local(2, 80_000_000) as address:
            assert address.rpartition(":")[2].isdigit()
            yield


def test_results_are_in_the_order_of_the_arguments_and_told_as_they_come() -> None:
    from spread_tasks import double

    said: list[Any] = []
    assert spread_over_ray(double, range(7), 0, said.append) == [0, 2, 4, 6, 8, 10, 12]
    assert sorted(one for one in said if isinstance(one, Finished)) == [(k, 2 * k) for k in range(7)]
    assert sorted(one for one in said if not isinstance(one, Finished)) == [("seen", k) for k in range(7)]
    for k in range(7):  # whoever keeps results has heard all that belongs to them
        assert said.index(("seen", k)) < said.index((k, 2 * k))


def test_nothing_to_do_gives_nothing() -> None:
    from spread_tasks import double

    assert spread_over_ray(double, [], 0, print) == []
    assert count_cpus() == 2


def test_an_argument_is_taken_when_its_task_begins() -> None:
    from spread_tasks import double

    taken: list[int] = []
    done: list[int] = []

    class Lazy(list[int]):
        def __getitem__(self, index: Any) -> Any:
            assert len(taken) - len(done) < 4  # the CPUs, and what waits before them
            taken.append(index)
            return index

    def tell(said: object) -> None:
        if isinstance(said, Finished):
            done.append(said.at)

    spread_over_ray(double, Lazy(range(9)), lambda: 1, tell)
    assert taken == list(range(9))


@pytest.mark.parametrize(
    ("how", "kind", "said"),
    [
        ("value", ValueError, "what was given is wrong"),
        ("unsendable", RuntimeError, "Unsendable: 1 and 2"),
        ("kill", WorkerDied, r"segment 1 was lost .* finished segments are kept"),
    ],
)
def test_a_failure_is_raised_here_and_stops_the_others(
    how: str, kind: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spread_tasks import fail

    monkeypatch.setattr(cluster, "_RETRIES", 0)
    began = time.monotonic()
    with pytest.raises(kind, match=said):
        spread_over_ray(fail, [how, "sleep", "sleep"], 0, print)
    assert time.monotonic() - began < 30  # the others would have slept for a minute


def test_what_is_reported_meanwhile_is_told(tmp_path: Path) -> None:
    from spread_tasks import sleep_long

    class Enough(Exception):
        pass

    def stop(said: object) -> None:
        raise Enough(said)

    with pytest.raises(Enough, match="here"):
        spread_over_ray(sleep_long, [str(tmp_path)], 0, stop)
    (pid,) = (int(path.name) for path in tmp_path.iterdir())
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    if sys.platform == "linux":
        assert not Path(f"/proc/{pid}").exists(), "the task still runs"


def test_errors_of_ours_keep_their_class() -> None:
    def refuse(argument: int, report: Any) -> Any:
        raise VideoUnreadable("not a video")

    result, failure, values = carry_out(cluster.__version__, refuse, 1, 0, None)
    assert (result, type(failure), str(failure), values) == (None, VideoUnreadable, "not a video", [])


def test_another_version_elsewhere_is_refused() -> None:
    _, failure, _ = carry_out("0.0.0", lambda *_: 1, 1, 0, None)
    assert isinstance(failure, DeviceMissing)
    assert "0.0.0" in str(failure)
    assert cluster.__version__ in str(failure)


def test_counts_are_taken_once() -> None:
    counts = Counts()
    counts.say(1, 0, ["a"])
    counts.say(0, 2, ["b", "c"])
    assert counts.take() == [(1, 0, ["a"]), (0, 2, ["b", "c"])]
    assert counts.take() == []


def test_what_is_reported_twice_is_told_once() -> None:
    told: list[Any] = []
    run = cluster._Run(print, [None], told.append, print)
    for first, values in ((0, "ab"), (0, "a"), (2, "c"), (0, "abcd"), (1, "bc")):
        run._pass_on(0, first, list(values))
    assert told == list("abcd")


def test_an_argument_gets_threads_where_it_has_such() -> None:
    class Inner(msgspec.Struct, frozen=True):
        threads: int = 7

    class Task(msgspec.Struct, frozen=True):
        threads: int = 7
        model: Inner | None = None

    assert cluster._with_threads(5, 2) == 5
    assert cluster._with_threads(Task(), 2) == Task(2)
    assert cluster._with_threads(Task(7, Inner()), 2) == Task(2, Inner(2))


@pytest.mark.parametrize(
    ("machines", "tasks", "cpus", "threads"),
    [
        ((2, 2), 10, 4, 1),
        ((2, 2), 1, 4, 2),
        ((16, 2), 2, 18, 4),
        ((8, 8), 8, 16, 2),
        ((), 3, 1, 1),
        ((0.5,), 1, 1, 1),
    ],
)
def test_threads_are_as_many_as_there_are_cpus_for(
    monkeypatch: pytest.MonkeyPatch, machines: tuple[float, ...], tasks: int, cpus: int, threads: int
) -> None:
    nodes = [{"Alive": True, "Resources": {"CPU": count}} for count in machines]
    nodes += [{"Alive": False, "Resources": {"CPU": 64}}, {"Alive": True, "Resources": {}}]
    monkeypatch.setattr(cluster.ray, "nodes", lambda: nodes)
    room = cluster._Room()
    assert (room.cpus(), room.threads(tasks)) == (cpus, threads)


def test_a_cluster_that_is_not_there_is_told() -> None:
    with pytest.raises(DeviceLost, match="no Ray cluster lets"), cluster.connect("not an address"):
        pass


def test_it_is_told_that_the_cluster_is_busy(tmp_path: Path) -> None:
    from spread_tasks import double, sleep_long

    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    import ray

    busy = [ray.remote(num_cpus=1)(sleep_long).remote(str(tmp_path), print) for _ in range(2)]
    try:
        with pytest.raises(Enough):
            spread_over_ray(double, [1], 0, print, on_wait=stop)
    finally:
        for reference in busy:
            ray.cancel(reference, force=True)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "ray":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "funscribe.jobs.engines.cluster")
    with pytest.raises(DeviceMissing, match=r"pip install 'funscribe\[ray\]'"):
        importlib.import_module("funscribe.jobs.engines.cluster")


def test_usage_is_not_reported() -> None:
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
