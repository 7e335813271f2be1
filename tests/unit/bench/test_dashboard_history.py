"""The history on the dashboard."""

from __future__ import annotations

from types import ModuleType

import msgspec

from funscribe.bench.dashboard_history import MOST_RUNS, compact, history_part, newest
from funscribe.bench.report_history import history_of


def test_an_empty_history_says_how_one_is_made() -> None:
    assert "No run is saved. <code>funscribe bench run</code>" in history_part((), (), 0)


def test_several_machines_have_a_chooser(saved_runs: ModuleType) -> None:
    one, other = saved_runs.machine(), saved_runs.machine("ba9876543210", gpus=("RTX",))
    made = [saved_runs.run(0, {"a": 1.0}, on=one), saved_runs.run(1, {"a": 2.0}, on=other, clip="x.mp4")]
    shown = history_part(history_of(made), (), 0)
    assert shown.count("<option") == shown.count("<div data-history=") == 2
    assert "RTX, Linux x86_64 (ba9876543210): 1 runs of x.mp4" in shown
    alone = history_part(history_of(made[:1]), (), 0)
    assert "<option" not in alone
    assert "One @ 2 GHz, 2 cores" in alone


def test_what_is_slower_is_listed_with_its_chart(saved_runs: ModuleType) -> None:
    made = [saved_runs.run(n, {"a": (100.0, 60.0)[n // 4], "b": 5.0}, f"0.{n // 4}") for n in range(8)]
    shown = history_part(history_of(made), (), 0)
    listed = shown.partition("Slower than the version before")[2].partition("</ul>")[0]
    assert listed.count("<li>") == 1
    assert '<a href="#/history/0/series/0">a</a>' in listed
    assert "longer than 0.0 at c0.0" in listed
    assert shown.count("<svg") == 2


def test_without_a_version_before_nothing_is_claimed(saved_runs: ModuleType) -> None:
    shown = history_part(history_of([saved_runs.run(0, {"a": 1.0})]), (), 0)
    assert "not enough figures of two versions" in shown
    made = [saved_runs.run(n, {"a": 100.0}, f"0.{n // 4}") for n in range(8)]
    assert "slower in none of 1 cases" in history_part(history_of(made), (), 0)


def test_what_was_not_measured_and_what_is_damaged(saved_runs: ModuleType) -> None:
    made = [saved_runs.run(0, {"a": 1.0, "<b>": None})]
    shown = history_part(history_of(made), ["<i>bad.json</i> is damaged"], 0)
    assert "<td>&lt;b&gt;</td><td>no model is installed</td>" in shown
    assert "<li>&lt;i&gt;bad.json&lt;/i&gt; is damaged</li>" in shown


def test_of_many_runs_the_latest_are_shown_and_the_rest_is_told(saved_runs: ModuleType) -> None:
    made = [saved_runs.run(n, {}) for n in range(MOST_RUNS + 5)]
    shown, left_out = newest(list(reversed(made)))
    assert (shown, left_out) == (tuple(made[5:]), 5)
    assert newest([]) == ((), 0)
    assert "5 older ones are not" in history_part(history_of(shown), (), left_out)


def test_each_run_is_named_once(saved_runs: ModuleType) -> None:
    made = [saved_runs.run(n, {"a": 123.456789, "b": None if n == 1 else 5.0}) for n in range(3)]
    [track] = history_of(made)
    held = compact(track)
    assert [one["id"] for one in held["runs"]] == [run.id for run in made]
    a, b = held["series"]
    assert (a["run"], b["run"]) == ([0, 1, 2], [0, 2])
    assert a["value"] == [float(f"{point.value:.5g}") for point in track.series[0].points]
    msgspec.json.encode(held)
