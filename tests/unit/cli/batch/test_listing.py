import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from funscribe import Queue
from funscribe.cli.batch import listing
from funscribe.cli.main import app
from funscribe.errors import JobNotFound, QueueDamaged
from funscribe.jobs.store import JobStore
from funscribe.monitor import Progress
from funscribe.recipe import Recipe, change


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "queue.sqlite"))
    monkeypatch.chdir(tmp_path)
    for name in "abcd":
        (tmp_path / f"{name}.mp4").touch()
    with Queue() as queue:
        queue.add("a.mp4", change(Recipe(), ["script.max_speed=200"]), priority=5, variants=["soft"])
        queue.add(["b.mp4", "c.mp4", "d.mp4"])
        with JobStore() as store:
            runner = store.enlist()
            for _ in range(2):
                store.claim(runner)
            store.needs(runner, 1, 12_300_000)
            store.report(runner, {1: Progress(0.5, 100, 120.0, 4.0, 61.0, 300.0, 1, 2)})
            store.fail(runner, 2, "b.mp4 is\nno video")
        yield queue


def _run(*words: object, width: int = 100) -> Result:
    return CliRunner().invoke(app, ["batch", *map(str, words)], env={"COLUMNS": str(width)})


def _said(*words: object) -> str:
    ran = _run(*words)
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return ran.stdout


def test_the_table_and_the_counts(queue: Queue) -> None:
    said = _said("list")
    for text in (
        "id",
        "a.mp4",
        "running",
        "50%",
        "4.0x",
        "1:01",
        "no video",
        "2 queued, 1 running, 1 failed",
    ):
        assert text in said
    assert "more:" not in said
    queue.pause()
    assert "paused: `funscribe batch resume` goes on" in _said("list")


def test_pages_and_states(queue: Queue) -> None:
    said = _said("list", "--state", "queued", "--limit", 1)
    assert "c.mp4" in said
    assert "d.mp4" not in said
    assert "more: `funscribe batch list --state queued --after 3`" in said
    said = _said("list", "--state", "queued", "--after", 3)
    assert "d.mp4" in said
    assert "more:" not in said


def test_json_is_an_object_a_line(queue: Queue) -> None:
    jobs: list[dict[str, Any]] = [json.loads(line) for line in _said("list", "--json").splitlines()]
    assert [job["state"] for job in jobs] == ["running", "failed", "queued", "queued"]
    assert jobs[0]["progress"]["fraction"] == 0.5
    assert (jobs[0]["need_bytes"], jobs[0]["options"]) == (12_300_000, {"script.max_speed": 200})


def test_an_empty_queue_says_how_to_fill_it(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "none.sqlite"))
    assert _said("list") == "the queue is empty; `funscribe batch add VIDEO...` fills it\n"
    assert _said("list", "--json") == ""
    assert not (tmp_path / "none.sqlite").exists()


def test_all_that_is_known_of_a_job(queue: Queue) -> None:
    lines = _said("show", 1).splitlines()
    for line in (
        "job         1, running",
        "variants    soft",
        "priority    5",
        "progress    50%",
        "segments    1 of 2",
        "time left   1:01",
        "disk        12.3 MB for its trace",
        "options     script.max_speed = 200",
    ):
        assert any(found.startswith(line) for found in lines), (line, lines)
    assert "reason      b.mp4 is no video" in _said("show", 2)
    assert "options     all as by default" in _said("show", 2)
    assert json.loads(_said("show", 1, "--json"))["id"] == 1
    assert isinstance(_run("show", 99).exception, JobNotFound)
    assert _run("show", "-1").exit_code == 2


def test_a_damaged_queue_is_an_error(queue: Queue) -> None:
    queue.close()
    queue.path.write_text("no queue")
    assert isinstance(_run("list").exception, QueueDamaged)


def test_watching_prints_a_line_for_each_change(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = iter([lambda: queue.cancel(3), lambda: queue.retry(3), lambda: None])

    def pause(seconds: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(listing.time, "sleep", pause)
    ran = _run("list", "--watch", "--json")
    assert ran.exit_code == 130
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [job["id"] for job in told] == [1, 2, 3, 4, 3, 3]
    assert [job["state"] for job in told[4:]] == ["cancelled", "queued"]


def test_watching_without_a_terminal_is_plain_lines(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = iter([lambda: queue.cancel(3)])

    def pause(seconds: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(listing.time, "sleep", pause)
    ran = _run("list", "--watch", "--state", "cancelled")
    assert ran.exit_code == 130
    assert ran.stdout.splitlines() == ["    3  cancelled  c.mp4"]
