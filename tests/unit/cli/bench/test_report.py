"""`funscribe bench report`: what it writes where, and what it says of wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from funscribe.bench.history import MachineRecord, Row, Run, save_run
from funscribe.cli.bench import app
from funscribe.errors import OutputNotWritable, RunInvalid

ROOT = Path(__file__).resolve().parents[4]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["report", *words], env={"COLUMNS": "200"})


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and an empty history."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FUNSCRIBE_BENCH_DIR", str(tmp_path / "bench"))
    return tmp_path


def checkout(place: Path) -> None:
    (place / "docs").mkdir()
    (place / "docs" / "benchmarks.json").write_bytes((ROOT / "docs" / "benchmarks.json").read_bytes())


def saved(folder: Path) -> Run:
    machine = MachineRecord(key="ab", cpu="My CPU", cores=2, memory_gb=8, gpus=(), system="Linux x86_64")
    row = Row(case="a", what="a", unit="s", more_is_better=False, value=1.0, n=1, samples=(1.0,))
    one = Run(id="one", at="2030-01-01T00:00:00Z", machine=machine, made_by={"funscribe": "1"}, rows=(row,))
    save_run(one, folder)
    return one


def test_in_a_checkout_the_page_and_the_dashboard_are_written(place: Path) -> None:
    checkout(place)
    got = run()
    assert got.exit_code == 0, got.output
    assert got.stdout.splitlines() == ["docs/benchmarks.md", "build/benchmarks.html"]
    assert "no run is saved" in got.stderr
    for name in ("benchmarks.md", "benchmarks/whole-0.svg"):
        assert (place / "docs" / name).read_bytes() == (ROOT / "docs" / name).read_bytes()
    assert "No run is saved" in (place / "build" / "benchmarks.html").read_text(encoding="utf-8")


def test_elsewhere_there_is_the_dashboard_of_the_saved_runs(place: Path) -> None:
    saved(place / "bench")
    got = run()
    assert got.stdout.splitlines() == ["benchmarks.html"]
    assert "My CPU" in (place / "benchmarks.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in place.iterdir()) == ["bench", "benchmarks.html"]


def test_all_places_can_be_named(place: Path) -> None:
    checkout(place)
    saved(place / "other")
    (place / "other" / "ab" / "bad.json").write_text("{")
    got = run("--json", "docs/benchmarks.json", "--history", "other", "-o", "out", "--html", "x/y.html")
    assert got.stdout.splitlines() == ["out/benchmarks.md", "x/y.html"]
    assert "damaged: other/ab/bad.json" in got.stderr
    page = (place / "x" / "y.html").read_text(encoding="utf-8")
    assert "My CPU" in page
    assert "other/ab/bad.json is no saved run" in page
    assert not (place / "docs" / "benchmarks.md").exists()


def test_wrong_usage_is_told(place: Path) -> None:
    assert "--json" in run("-o", "out").stderr
    assert "there is no folder nowhere" in run("--history", "nowhere").stderr
    assert isinstance(run("--json", "none.json").exception, RunInvalid)
    assert list(place.iterdir()) == []


def test_damaged_results_write_nothing(place: Path) -> None:
    (place / "r.json").write_text(json.dumps({"whole": {"command": "x"}}))
    got = run("--json", "r.json")
    assert isinstance(got.exception, RunInvalid)
    assert "made_by" in str(got.exception)
    assert [path.name for path in place.iterdir()] == ["r.json"]


def test_a_place_that_cannot_be_written_is_told(place: Path) -> None:
    (place / "file").write_text("")
    assert isinstance(run("--html", "file/x.html").exception, OutputNotWritable)
