"""`funscribe bench compare`: what it prints, its exit status, and wrong usage."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from funscribe.bench import paired_cases, pairing, revisions
from funscribe.bench import self_test as testing_itself
from funscribe.bench.comparing import Compared, Interval
from funscribe.bench.history import MachineRecord, Row, Run, save_run
from funscribe.bench.pairing import PairedCase
from funscribe.bench.sitting import Side
from funscribe.cli.bench import app

SLOWER = Interval(1.2, 1.1, 1.3)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["compare", *words], env={"COLUMNS": "200"})


def told(verdict: Any, name: str = "compose") -> Compared:
    return Compared(case=name, verdict=verdict, pairs=8, wall=SLOWER, cpu=None, base_s=0.1, new_s=0.12)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, Compared]:
    """Verdicts of cases, told without a process or a worktree."""
    verdicts = {"compose": told("no difference shown"), "start": told("slower", "start")}

    @contextmanager
    def two(checkout: Path, base: str, new: str) -> Any:
        yield Side(base), Side(new)

    def cases(names: Any, work: Any = None, tell: Any = None) -> list[PairedCase]:
        if "none" in names:
            raise ValueError("no case is called 'none'; there are: compose")
        return [PairedCase(name, name, name, {}) for name in names]

    monkeypatch.setattr(revisions, "sides", two)
    monkeypatch.setattr(paired_cases, "paired_cases", cases)
    monkeypatch.setattr(pairing, "compare_case", lambda case, *rest: verdicts[case.name])
    return verdicts


def test_not_slower_is_0_and_slower_is_1(measured: dict[str, Compared]) -> None:
    alike = run("HEAD", ".", "--cases", "compose")
    assert alike.exit_code == 0, alike.output
    assert "1.20 (1.10-1.30)" in alike.stdout
    assert "no difference shown" in alike.stdout
    slower = run("HEAD", ".", "--cases", "compose,start")
    assert slower.exit_code == 1
    assert "slower" in slower.stdout


def test_json_is_all_of_stdout(measured: dict[str, Compared]) -> None:
    got = run("HEAD", ".", "--cases", "start", "--json", "--threshold", "0.1")
    said = json.loads(got.stdout)
    assert (said["slower"], said["threshold"], said["cases"][0]["verdict"]) == (True, 0.1, "slower")
    assert got.exit_code == 1


def test_two_saved_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSCRIBE_BENCH_DIR", str(tmp_path))
    machine = MachineRecord(key="a", cpu="One", cores=2, memory_gb=8, gpus=(), system="Linux x86_64")
    for number, value in enumerate((1.0, 1.5)):
        row = Row(case="x", what="x", unit="s", more_is_better=False, samples=(value,) * 3)
        ident = f"2030010{number + 1}T000000Z-0.1.0"
        save_run(Run(id=ident, at="2030", machine=machine, made_by={}, rows=(row,)))
    got = run("20300101T000000Z", "20300102T000000Z")
    assert got.exit_code == 1, got.output
    assert "not measured in turns" in got.stderr
    assert run("20300102T000000Z", "20300101T000000Z").exit_code == 0
    assert "neither run has y" in run("20300101T000000Z", "20300102T000000Z", "--cases", "y").output


def test_the_self_test(measured: dict[str, Compared], monkeypatch: pytest.MonkeyPatch) -> None:
    found = testing_itself.Tried(2, 2, 0, 0.15, (), ())
    monkeypatch.setattr(testing_itself, "self_test", lambda *given, **named: found)
    got = run("--self-test", "--tries", "2", "--cases", "compose")
    assert got.exit_code == 0, got.output
    assert "0 of 2 cried wolf; 15% slower planted: 2 of 2 found" in got.stdout
    found = testing_itself.Tried(2, 1, 1, 0.15, (), ())
    got = run("--self-test", "--json", "--cases", "compose")
    assert got.exit_code == 1
    assert json.loads(got.stdout)["passed"] is False


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "give BASE and NEW"),
        (["HEAD"], "give BASE and NEW"),
        (["HEAD", "x.json"], "cannot be compared"),
        (["--self-test", "HEAD"], "leave BASE and NEW out"),
        (["HEAD", ".", "--cases", "none"], "no case is called"),
        (["HEAD", ".", "--threshold", "0"], "0.005"),
        (["HEAD", ".", "--pairs", "0"], "1"),
    ],
)
def test_wrong_usage(measured: dict[str, Compared], words: list[str], says: str) -> None:
    got = run(*words)
    assert got.exit_code == 2
    assert says in " ".join(got.stderr.replace("│", " ").split())
