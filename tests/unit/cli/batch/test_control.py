from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from funscribe import Queue
from funscribe.cli.main import app
from funscribe.errors import FunscribeError, JobNotFound, JobNotIdle, QueueError
from funscribe.jobs.store import JobStore


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(tmp_path / "queue.sqlite"))
    for name in "abcd":
        (tmp_path / f"{name}.mp4").touch()
    with Queue() as queue:
        queue.add(sorted(tmp_path.glob("*.mp4")))
        yield queue


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, ["batch", *map(str, words)], env={"COLUMNS": "200"})


def _said(*words: object) -> str:
    ran = _run(*words)
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return ran.stdout


def _refused(kind: type[FunscribeError], *words: object) -> str:
    ran = _run(*words)
    assert isinstance(ran.exception, kind)
    return str(ran.exception)


def _hold(queue: Queue) -> None:
    """Have the first job run."""
    with JobStore(queue.path) as store:
        store.claim(store.enlist())


def test_cancel_and_retry(queue: Queue) -> None:
    assert _said("cancel", 1, 3) == "2 jobs cancelled (1, 3)\n"
    assert _said("cancel", 1, 2) == "1 job cancelled (2); 1 over already\n"
    assert _said("retry", 1, 4).startswith("1 job queued again (1); 1 left as they are")
    assert _said("retry", "--state", "cancelled").splitlines() == [
        "2 jobs queued again (2, 3)",
        "`funscribe batch run` makes the scripts",
    ]
    assert _said("retry", "--all") == "nothing failed or was cancelled\n"
    assert _said("cancel", "--all") == "4 jobs cancelled (1, 2, 3, 4)\n"
    assert _said("cancel", "--all") == "nothing waits or runs\n"


def test_remove(queue: Queue) -> None:
    _hold(queue)
    assert "job 1 is running; cancel it first" in _refused(JobNotIdle, "remove", 1, 2)
    assert queue.ids() == [1, 2, 3, 4]
    assert _said("remove", 2) == "1 job removed (2)\n"
    assert _said("remove", "--all").splitlines() == [
        "2 jobs removed (3, 4)",
        "1 job running and left there: `funscribe batch cancel --all` ends them",
    ]


@pytest.mark.parametrize("command", ["cancel", "retry", "remove"])
def test_an_unknown_job_changes_nothing(queue: Queue, command: str) -> None:
    assert "there is no job 99; `funscribe batch list`" in _refused(JobNotFound, command, 1, 99)
    assert queue.counts()["queued"] == 4


@pytest.mark.parametrize("words", [["0"], ["-5"], ["one"], [], ["1", "--all"], ["--state", "don"], ["--al"]])
@pytest.mark.parametrize("command", ["cancel", "retry", "remove"])
def test_wrong_use_is_refused_and_changes_nothing(queue: Queue, command: str, words: list[str]) -> None:
    assert _run(command, *words).exit_code == 2
    assert queue.counts()["queued"] == 4


def test_pause_and_resume(queue: Queue) -> None:
    _hold(queue)
    assert _said("pause") == "paused; 1 job running to the end; `funscribe batch resume` goes on\n"
    assert queue.paused
    assert _said("resume") == "resumed; 3 jobs queued\n"
    assert not queue.paused
    assert _said("resume") == "the queue was not paused; 3 jobs queued\n"


def test_clear(queue: Queue) -> None:
    queue.cancel([1, 2])
    assert _said("clear") == "0 jobs forgotten (done)\n"
    assert _said("clear", "--failed", "--done") == "0 jobs forgotten (done, failed)\n"
    assert _said("clear", "--all") == "2 jobs forgotten (done, failed, cancelled)\n"
    assert queue.ids() == [3, 4], "what is not over stays"


def test_restore(queue: Queue) -> None:
    assert "is in order" in _refused(QueueError, "restore")
    with JobStore(queue.path) as store:
        store.back_up()
    queue.close()
    queue.path.write_text("no queue")
    for ending in ("-wal", "-shm"):
        queue.path.with_name(queue.path.name + ending).unlink(missing_ok=True)
    assert "queue.sqlite is restored from queue.sqlite.backup" in _said("restore")
    assert queue.counts()["queued"] == 4


def test_without_a_queue_there_is_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "none.sqlite"
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(path))
    assert _said("cancel", "--all") == "nothing waits or runs\n"
    assert _said("remove", "--all") == "there is nothing to remove\n"
    assert _said("clear") == "0 jobs forgotten (done)\n"
    assert "and no back-up of one" in _refused(QueueError, "restore")
    assert "the queue is empty" in _refused(JobNotFound, "cancel", 1)
    assert not path.exists()
