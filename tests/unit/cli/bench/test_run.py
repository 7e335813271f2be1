"""`funscribe bench run` and `bench list`: what is printed, kept and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from funscribe.bench import running
from funscribe.bench.history import Row, read_history
from funscribe.cli.bench import app
from funscribe.errors import ModelNotFound, VideoNotFound


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "160"})


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty history, no model, and a course that measures nothing but makes up rows."""
    monkeypatch.setenv("FUNSCRIBE_BENCH_DIR", str(tmp_path / "bench"))
    monkeypatch.setenv("FUNSCRIBE_MODELS_DIR", str(tmp_path / "models"))

    def go(course: Any) -> None:
        base: dict[str, Any] = {"unit": "frames/s", "more_is_better": True}
        figures = {"value": 120.5, "least": 110.0, "most": 130.0, "n": 3, "samples": (110.0, 120.5, 130.0)}
        shown = {"workers": course.extent.cores, "threads": 1}
        course.rows.append(Row(case="watch/x", what="watching", settings=shown, **base, **figures))
        course.rows.append(Row(case="infer/x", what="looking", why_not="no model is installed", **base))
        course.stopped = course.clip is not None

    monkeypatch.setattr(running.Course, "go", go)
    return tmp_path / "bench"


def test_a_table_with_what_was_not_measured_and_a_saved_run(history: Path) -> None:
    got = run("run", "--quick", "--label", "mine")
    assert got.exit_code == 0, got.output
    for text in ("watch/x", "120.5", "110", "130", "not measured: infer/x: no model is installed"):
        assert text in got.stdout
    [saved] = read_history(history)[0]
    assert saved.id in got.stdout
    assert (saved.quick, saved.label, saved.stopped) == (True, "mine", False)


def test_json_is_all_of_stdout_and_nothing_is_saved_unless_wanted(history: Path) -> None:
    said = json.loads(run("run", "--json", "--no-save").stdout)
    assert said["saved"] is None
    assert [row["case"] for row in said["rows"]] == ["watch/x", "infer/x"]
    assert not history.exists()


def test_a_stopped_run_is_kept_and_told(history: Path, clip: Path) -> None:
    got = run("run", "--clip", str(clip))
    assert got.exit_code == 130
    [saved] = read_history(history)[0]
    assert (saved.stopped, saved.clip) == (True, clip.name)
    assert "stopped" in run("list").stdout


def test_a_clip_or_a_model_that_is_not_there_is_told_first(history: Path) -> None:
    assert isinstance(run("run", "--clip", "no.mp4").exception, VideoNotFound)
    assert isinstance(run("run", "--model", "no.onnx").exception, ModelNotFound)
    assert not history.exists()


def test_the_list_of_runs(history: Path) -> None:
    assert "bench run" in run("list").stdout
    run("run")
    [saved] = read_history(history)[0]
    listed = run("list").stdout
    assert saved.id in listed
    assert saved.machine.key in listed
    assert "1 cases" in listed
    (history / saved.machine.key / "bad.json").write_text("{")
    got = run("list", "--json")
    said = json.loads(got.stdout)
    assert [one["id"] for one in said["runs"]] == [saved.id]
    assert len(said["damaged"]) == 1
    assert "damaged" in run("list").stderr
