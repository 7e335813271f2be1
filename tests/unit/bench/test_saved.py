"""Saved runs are compared case by case, and only with those of the same machine."""

from __future__ import annotations

from typing import Any

import pytest

from funscribe.bench.history import MachineRecord, Row, Run
from funscribe.bench.saved import compare_runs
from funscribe.errors import RunInvalid


def run(*rows: Row, key: str = "a") -> Run:
    machine = MachineRecord(key=key, cpu="One", cores=2, memory_gb=8, gpus=(), system="Linux x86_64")
    return Run(id=f"run-{key}", at="2030-01-01T00:00:00Z", machine=machine, made_by={}, rows=rows)


def row(case: str, *samples: float, more: bool = False, **others: Any) -> Row:
    unit = "frames/s" if more else "s"
    return Row(case=case, what=case, unit=unit, more_is_better=more, samples=samples, **others)


def test_slower_faster_and_alike() -> None:
    base = run(row("a", 1.0, 1.01, 0.99), row("b", 100, 101, 99, more=True), row("c", 1.0, 1.1, 0.9))
    new = run(row("a", 1.3, 1.31, 1.29), row("b", 130, 131, 129, more=True), row("c", 1.0, 1.05, 0.95))
    found = {one.case: one for one in compare_runs(base, new)}
    assert {name: one.verdict for name, one in found.items()} == {
        "a": "slower",
        "b": "faster",
        "c": "no difference shown",
    }
    assert found["a"].base_s == 1.0
    assert found["b"].wall is not None
    assert found["b"].wall.ratio == pytest.approx(1 / 1.3, rel=0.01)


def test_memory_is_compared_where_it_is_known() -> None:
    base, new = (run(row("a", 1.0, peak_mb=mb)) for mb in (100.0, 150.0))
    [one] = compare_runs(base, new)
    assert one.memory is not None
    assert one.memory.ratio == 1.5
    assert one.verdict == "no difference shown"  # of one sample nothing is shown


def test_what_one_of_them_does_not_have_is_told() -> None:
    base = run(row("a", 1.0), row("b", why_not="no model"), row("c", 1.0), row("d", 1.0))
    new = run(row("b", 1.0), row("c", 1.0, settings={"workers": 2}), row("d", 1.0, more=True))
    found = {one.case: one.why_not for one in compare_runs(base, new)}
    assert found["a"] == "new: it is not in that run"
    assert found["b"] == "base: no model"
    assert found["c"] == found["d"] == "it was measured in two ways"


def test_runs_of_two_machines_are_refused() -> None:
    with pytest.raises(RunInvalid, match="only runs of one machine"):
        compare_runs(run(), run(key="b"))


def test_runs_without_cases_are_compared_with_nothing_to_tell() -> None:
    assert compare_runs(run(), run()) == []
