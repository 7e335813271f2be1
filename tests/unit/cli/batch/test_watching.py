import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from funscribe.cli.batch import watching as module
from funscribe.cli.main import app
from funscribe.jobs.folder import Found
from funscribe.jobs.store import JobStore

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture(autouse=True)
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "queue.sqlite"
    monkeypatch.setenv("FUNSCRIBE_QUEUE", str(path))
    return path


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


class Command:
    """`funscribe batch watch` in a process of its own, and the lines that it has printed."""

    def __init__(self, *arguments: object) -> None:
        words = [sys.executable, "-c", "from funscribe.cli.main import run; run()", "batch", "watch"]
        self.process = subprocess.Popen(
            [*words, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def until(self, holds: Callable[[], bool]) -> bool:
        end_s = time.monotonic() + 60
        while not holds() and time.monotonic() < end_s and self.process.poll() is None:
            time.sleep(0.05)
        return holds()

    def end(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        status = self.process.wait(30)
        self._reader.join()
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        told = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return status, told


def test_ctrl_c_and_a_restart(inbox: Path, clip: Path, tmp_path: Path) -> None:
    (inbox / "a.mp4").symlink_to(clip)
    command = Command(inbox, "--settle", 0.2, "-o", tmp_path / "out", "--priority", 3)
    assert command.until(lambda: len(command.lines) == 2)
    assert command.end(signal.SIGINT) == (130, "funscribe: stopped; the same command goes on from here\n")
    assert command.lines == [f"watching {inbox}\n", f"    1  queued     {inbox / 'a.mp4'}\n"]
    (inbox / "b.mp4").symlink_to(clip)
    (inbox / "bad.mp4").write_text("no video")
    command = Command(inbox, "--settle", 0.2, "--json")
    assert command.until(lambda: len(command.lines) == 3)
    assert command.end(signal.SIGTERM) == (0, "")
    told = {event["event"]: event for event in map(json.loads, command.lines)}
    assert set(told) == {"watching", "queued", "unreadable"}
    assert told["queued"] == {"event": "queued", "path": str(inbox / "b.mp4"), "job": 2}
    assert "not a readable video" in told["unreadable"]["reason"]
    with JobStore() as store:
        first, second = store.page()
    assert (first.order.script, first.priority) == (str(tmp_path / "out" / "a.funscript"), 3)
    assert (second.order.script, second.priority) == (str(inbox / "b.funscript"), 0)


@pytest.mark.slow
def test_the_scripts_are_made_in_the_same_command(inbox: Path, clip: Path) -> None:
    command = Command(inbox, "--settle", 0.2, "--run", "--workers", 1, "--json")
    assert command.until(lambda: len(command.lines) > 0)
    (inbox / "a.mp4").symlink_to(clip)
    (inbox / "funscribe.toml").write_text("[script]\ninvert = true\n")

    def done() -> bool:
        return any('"event": "done"' in line for line in command.lines)

    assert command.until(done), command.lines
    assert (inbox / "a.funscript").exists()
    status, told = command.end(signal.SIGTERM)
    assert (status, told) == (0, "")
    with JobStore() as store:
        (job,) = store.page()
    assert job.state == "done"
    assert job.order.recipe.script.invert


def test_what_stands_in_the_way_is_told_at_once(inbox: Path, tmp_path: Path) -> None:
    none = CliRunner().invoke(app, ["batch", "watch", str(inbox), str(tmp_path / "none")])
    assert "none does not exist" in str(none.exception)
    for words in (["--workers", "2"], ["--memory", "2G"]):
        wrong = CliRunner().invoke(app, ["batch", "watch", str(inbox), *words])
        assert wrong.exit_code == 2
        assert f"{words[0]}: is for --run" in " ".join(wrong.output.replace("│", "").replace("'", "").split())
    assert CliRunner().invoke(app, ["batch", "watch"]).exit_code == 2
    assert CliRunner().invoke(app, ["batch", "watch", str(inbox), "--settle", "-1"]).exit_code == 2


def test_a_damaged_queue_ends_it_with_one_line(inbox: Path, queue: Path) -> None:
    queue.write_bytes(b"no queue" * 1000)
    command = Command(inbox)
    assert command.process.wait(30) == 1
    assert command.end(0)[1].count("\n") == 1


def test_what_ends_the_run_ends_the_watching(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("funscribe.jobs.queue.Queue.run", run)
    ended = CliRunner().invoke(app, ["batch", "watch", str(inbox), "--run"])
    assert isinstance(ended.exception, ZeroDivisionError)


def test_names_of_any_bytes_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for say in (module._print, module._print_json):
        say(Found(kind="queued", path="/a\udcff.mp4", job=12))
        say(Found(kind="watching", path="/a\udcff"))
        say(Found(kind="trouble", path="/a", reason="no\nroom"))
    told = capsys.readouterr()
    assert "   12  queued     /a\\udcff.mp4\n" in told.out
    assert json.loads(told.out.splitlines()[-1]) == {"event": "trouble", "path": "/a", "reason": "no\nroom"}
    assert told.err == "funscribe: no room\n"


def test_nothing_heavy_is_loaded_by_who_watches(inbox: Path) -> None:
    program = (
        "import os, signal, sys, threading, time\n"
        "def end():\n"
        "    while signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:\n        time.sleep(0.1)\n"
        "    time.sleep(0.5)\n    os.kill(os.getpid(), signal.SIGTERM)\n"
        "threading.Thread(target=end, daemon=True).start()\n"
        "from funscribe.cli.main import app\n"
        "try:\n    app(['batch', 'watch', sys.argv[1], '--run'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'numpy', 'av', 'cv2', 'scipy'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(inbox)],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ,
    )
    assert ran.stdout.splitlines()[-1] == "[]", ran.stderr
