import io
import json
import signal
from pathlib import Path

import pytest
import typer
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from funscribe import Queue
from funscribe.cli.batch import running
from funscribe.cli.batch.running import Board, told
from funscribe.cli.main import app
from funscribe.jobs.events import Event
from funscribe.jobs.options import RunOptions
from funscribe.jobs.runner import RunReport
from funscribe.monitor import Progress

NOW = Progress(0.5, 100, 120.0, 4.0, 61.0, 300.0, 1, 2)
VIDEO = {"job": 7, "video": "/films/a.mp4", "script": "/films/a.funscript"}


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "queue.sqlite"))
    (tmp_path / "a.mp4").touch()
    with Queue() as queue:
        queue.add(tmp_path / "a.mp4")
        yield queue


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, ["batch", "run", *map(str, words)], env={"COLUMNS": "200"})


def _have_run(
    monkeypatch: pytest.MonkeyPatch, report: RunReport, *events: Event, signalled: bool = False
) -> list[RunOptions]:
    """Let a run come to something without carrying anything out."""
    asked: list[RunOptions] = []

    def run(self: Queue, options: RunOptions, on_event: object, stop: object) -> RunReport:
        asked.append(options)
        for event in events:
            on_event(event)  # type: ignore[operator]
        if signalled:
            signal.raise_signal(signal.SIGINT)
        return report

    monkeypatch.setattr(Queue, "run", run)
    return asked


def test_options_reach_the_run(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _have_run(monkeypatch, RunReport(done=1))
    words = "--workers 2 --cores 3 --memory 2G --stall 9 --attempts 5 --keep-on --engine ray --address auto"
    assert _run(*words.split()).exit_code == 0
    assert asked == [
        RunOptions(
            workers=2, cores=3, memory_bytes=2_000_000_000, stall_s=9.0, attempts=5, keep_on=True,
            engine="ray", address="auto",
        )
    ]  # fmt: skip
    _run()
    assert asked[1] == RunOptions()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--memory", "2"], "'2' is no size; write it as 500M or 2G"),
        (["--memory", "lots"], "write it as 500M or 2G"),
        (["--workers", "0"], "--workers"),
        (["--attempts", "0"], "--attempts"),
        (["--engine", "slurm"], "--engine"),
        (["--address", "auto"], "is for --engine ray"),
    ],
)
def test_wrong_use_is_refused(queue: Queue, words: list[str], said: str) -> None:
    ran = _run(*words)
    assert ran.exit_code == 2
    assert said in ran.output


@pytest.mark.parametrize(
    ("report", "status", "said"),
    [
        (RunReport(done=2), 0, "2 jobs done\n"),
        (RunReport(done=1, cancelled=1), 0, "1 job done, 1 cancelled\n"),
        (RunReport(done=1, again=2), 0, "1 job done, 2 attempts tried again\n"),
        (RunReport(failed=1), 1, "0 jobs done, 1 failed\n"),
        (RunReport(waiting=3, reason="the disk is full", missing_bytes=2_000_000), 1, "0 jobs done\n"),
    ],
)
def test_the_end_is_told_and_is_the_status(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, report: RunReport, status: int, said: str
) -> None:
    _have_run(monkeypatch, report)
    ran = _run()
    assert (ran.exit_code, ran.stdout) == (status, said)
    if report.waiting:
        assert "3 jobs left waiting: the disk is full (2.0 MB more)" in ran.stderr
    if report.failed:
        assert "`funscribe batch retry --state failed`" in ran.stderr


def test_a_run_that_is_stopped_says_that_nothing_is_lost(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    _have_run(monkeypatch, RunReport(stopped=True), signalled=True)
    ran = _run()
    assert ran.exit_code == 130
    assert "stopped; nothing is lost: `funscribe batch run` goes on from here" in ran.stderr


def test_json_is_an_object_for_each_thing_that_happens(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    events = (
        Event(kind="started", cores=2, **VIDEO),
        Event(kind="progress", progress=NOW, **VIDEO),
        Event(kind="done", actions=0, **VIDEO),
        Event(kind="idle"),
    )
    _have_run(monkeypatch, RunReport(done=1), *events)
    lines = [json.loads(line) for line in _run("--json").stdout.splitlines()]
    assert [line["event"] for line in lines] == ["started", "progress", "done", "idle", "end"]
    assert lines[1]["progress"]["fraction"] == 0.5
    assert lines[2]["actions"] == 0, "a script may be empty"
    assert lines[-1] == {
        **{"event": "end", "done": 1, "failed": 0, "again": 0, "cancelled": 0, "waiting": 0},
        **{"stopped": False, "reason": ""},
    }


def test_without_jobs_there_is_nothing_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "none.sqlite"))
    assert "nothing is queued; `funscribe batch add VIDEO...`" in _run().stdout
    assert json.loads(_run("--json").stdout)["done"] == 0
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Event(kind="started", **VIDEO), ""),
        (Event(kind="progress", progress=NOW, **VIDEO), ""),
        (Event(kind="idle"), ""),
        (Event(kind="done", actions=81, **VIDEO), "    7  done       /films/a.mp4: 81 actions"),
        (Event(kind="done", kept=True, **VIDEO), "    7  kept       /films/a.mp4"),
        (
            Event(kind="done", actions=3, warnings=("low",), **VIDEO),
            "    7  done       /films/a.mp4: 3 actions; low",
        ),
        (
            Event(kind="failed", reason="/films/a.mp4: no\nvideo", **VIDEO),
            "    7  failed     /films/a.mp4: no video",
        ),
        (Event(kind="again", reason="it died", **VIDEO), "    7  again      /films/a.mp4: it died"),
        (Event(kind="cancelled", **VIDEO), "    7  cancelled  /films/a.mp4"),
        (Event(kind="waiting", reason="the queue is paused"), "waiting: the queue is paused"),
    ],
)
def test_what_happens_is_a_line_where_it_is_news(event: Event, said: str) -> None:
    assert told(event) == said


def _drawn(board: Board) -> str:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(board.drawn())
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_the_board_shows_what_runs(queue: Queue) -> None:
    board = Board(queue)
    assert _drawn(board) == "1 queued\n"
    board.take(Event(kind="started", **VIDEO))
    assert "a.mp4" in _drawn(board)
    board.take(Event(kind="progress", progress=NOW, **VIDEO))
    board.take(Event(kind="progress", progress=NOW, job=8, video="b.mp4"))
    for text in ("50%", "120 f/s 4.0x", "1:01", "1/2", "b.mp4", "240 frames/s in all"):
        assert text in _drawn(board)
    board.take(Event(kind="done", **VIDEO))
    assert "a.mp4" not in _drawn(board)
    board.take(Event(kind="cancelled", job=8))
    board.take(Event(kind="waiting", reason="the queue is paused"))
    assert _drawn(board) == "1 queued; waiting: the queue is paused\n"


def test_the_end_without_a_signal_is_no_exit(capsys: pytest.CaptureFixture[str]) -> None:
    running._finish(RunReport(done=1), None, json=False)
    assert capsys.readouterr().out == "1 job done\n"
    with pytest.raises(typer.Exit) as ended:
        running._finish(RunReport(stopped=True), signal.SIGTERM, json=False)
    assert ended.value.exit_code == 143
