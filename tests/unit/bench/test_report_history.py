"""The history as series: by machine and case, in the order of time, and what versions changed."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import msgspec
import pytest

from funscribe.bench.report_history import Track, history_of, version_of


def two_versions(runs: ModuleType, old: float, new: float, count: int = 4) -> Track:
    made = [runs.run(n, {"a": old}, "0.1") for n in range(count)]
    made += [runs.run(n, {"a": new}, "0.2") for n in range(count, 2 * count)]
    [track] = history_of(made)
    return track


def test_points_are_in_the_order_of_time(saved_runs: ModuleType) -> None:
    made = [saved_runs.run(n, {"a": 100.0, "b": 5.0}) for n in (2, 0, 1)]
    [track] = history_of(made)
    assert [one.case for one in track.series] == ["a", "b"]
    assert [point.label for point in track.series[0].points] == ["day 0", "day 1", "day 2"]
    point = track.series[0].points[0]
    assert point.least <= point.value <= point.most
    assert (point.n, point.version, point.at) == (5, "0.1.0 at c0.1.0", "2030-01-01T00:00:00Z")
    assert track.runs == 3


def test_machines_quick_runs_and_clips_are_kept_apart(saved_runs: ModuleType) -> None:
    other = saved_runs.machine("ba9876543210")
    made = [
        saved_runs.run(0, {"a": 1.0}), saved_runs.run(1, {"a": 2.0}, on=other),
        saved_runs.run(2, {"a": 3.0}, quick=True), saved_runs.run(3, {"a": 4.0}, clip="x.mp4"),
    ]  # fmt: skip
    told = [(one.machine.key[:2], one.quick, one.clip) for one in history_of(made)]
    assert told == [("01", False, "x.mp4"), ("01", True, ""), ("ba", False, ""), ("01", False, "")]


@pytest.mark.parametrize(
    ("new", "verdict"), [(80.0, "slower"), (130.0, "faster"), (101.0, "no difference shown")]
)
def test_a_version_is_held_against_the_one_before(saved_runs: ModuleType, new: float, verdict: str) -> None:
    [change] = two_versions(saved_runs, 100.0, new).series[0].changes
    assert (change.verdict, change.at) == (verdict, 4)
    assert (change.base, change.version) == ("0.1 at c0.1", "0.2 at c0.2")
    assert change.low <= change.ratio <= change.high
    assert change.ratio == pytest.approx(100 / new, rel=0.02)


def test_one_run_of_each_is_told_by_its_samples(saved_runs: ModuleType) -> None:
    [change] = two_versions(saved_runs, 100.0, 70.0, count=1).series[0].changes
    assert change.verdict == "slower"


def test_runs_count_rather_than_the_samples_in_them(saved_runs: ModuleType) -> None:
    """Between runs the machine changes by a quarter: two versions that are alike are not told apart."""
    made = [saved_runs.run(n, {"a": (80.0, 100.0, 120.0)[n % 3]}, f"0.{n // 6}") for n in range(12)]
    [change] = history_of(made)[0].series[0].changes
    assert change.verdict == "no difference shown"


def test_what_was_measured_in_two_ways_is_not_compared(saved_runs: ModuleType) -> None:
    old, new = saved_runs.run(0, {"a": 100.0}, "0.1"), saved_runs.run(1, {"a": 50.0}, "0.2")
    rows = tuple(msgspec.structs.replace(row, settings={"workers": 2}) for row in new.rows)
    [track] = history_of([old, msgspec.structs.replace(new, rows=rows)])
    assert track.series[0].changes == ()


def test_what_the_latest_run_did_not_measure(saved_runs: ModuleType) -> None:
    made = [saved_runs.run(0, {"a": 1.0, "b": 1.0}), saved_runs.run(1, {"a": 1.0, "b": None})]
    [track] = history_of(made)
    assert track.not_measured == {"b": "no model is installed"}
    assert [len(one.points) for one in track.series] == [2, 1]


def test_nothing_comes_of_nothing_and_of_what_is_no_figure(saved_runs: ModuleType) -> None:
    assert history_of([]) == ()
    bare = saved_runs.run(0, {})
    for value in (math.nan, math.inf):
        row = msgspec.structs.replace(saved_runs.row("a", 1.0), value=value)
        [track] = history_of([msgspec.structs.replace(bare, rows=(row,))])
        assert track.series == ()


@pytest.mark.parametrize("value", [0.0, -1.0, 5e-324, 1e308])
def test_figures_that_make_no_times_are_kept_and_not_compared(saved_runs: ModuleType, value: float) -> None:
    def made(number: int, version: str) -> Any:
        row = msgspec.structs.replace(
            saved_runs.row("a", 1.0), value=value, least=value, most=value, samples=(value,) * 5
        )
        return msgspec.structs.replace(saved_runs.run(number, {}, version), rows=(row,))

    [track] = history_of([made(n, f"0.{n // 3}") for n in range(6)])
    assert len(track.series[0].points) == 6
    assert all(change.verdict == "no difference shown" for change in track.series[0].changes)


def test_the_records_are_plain(saved_runs: ModuleType) -> None:
    tracks = history_of([saved_runs.run(0, {"a": 1.0})])
    assert msgspec.json.decode(msgspec.json.encode(tracks), type=tuple[Track, ...]) == tracks


def test_a_version_without_a_commit(saved_runs: ModuleType) -> None:
    one = saved_runs.run(0, {})
    assert version_of(msgspec.structs.replace(one, made_by={})) == "unknown"
    assert version_of(msgspec.structs.replace(one, made_by={"funscribe": "1", "commit": "unknown"})) == "1"
