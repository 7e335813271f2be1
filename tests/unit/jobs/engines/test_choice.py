from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import pytest

from funscribe.jobs.engines import choice
from funscribe.jobs.engines.choice import settled, spread_of
from funscribe.jobs.engines.helper import Cluster
from funscribe.jobs.options import RunOptions


def test_processes_of_this_machine_need_nothing() -> None:
    options = RunOptions(workers=3)
    with settled(options, 2) as same:
        assert same is options
    assert spread_of("local", None, print) is None


@pytest.mark.parametrize(("asked", "workers"), [(0, 4), (7, 7)])
def test_a_run_knows_where_the_cluster_is(monkeypatch: pytest.MonkeyPatch, asked: int, workers: int) -> None:
    at_work: list[tuple[str | None, int]] = []

    @contextlib.contextmanager
    def reach(address: str | None, cores: int) -> Iterator[Cluster]:
        at_work.append((address, cores))
        yield Cluster(address or "here:1", 32)
        at_work.clear()

    monkeypatch.setattr(choice, "reach", reach)
    for address, found in ((None, "here:1"), ("there:2", "there:2")):
        with settled(RunOptions(engine="ray", address=address, workers=asked), 2) as options:
            assert at_work == [(address, 2)]
            assert (options.address, options.workers, options.engine) == (found, workers, "ray")
        assert at_work == []


def test_without_anything_to_watch_no_cluster_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "funscribe.jobs.engines.cluster", None)
    spread_over = spread_of("ray", "nowhere:1", print)
    assert spread_over is not None
    assert spread_over(print, [], 1, print) == []
    with pytest.raises(ImportError):
        spread_over(print, [1], 1, print)
