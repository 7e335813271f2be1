import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from funscribe.jobs import probing
from funscribe.jobs.probing import Prober


@pytest.fixture
def prober() -> Iterator[Prober]:
    one = Prober()
    yield one
    one.close()


def test_videos_and_others(prober: Prober, clip: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    stop = threading.Event()
    assert prober.ask(str(clip), stop) == ""
    said = prober.ask(str(text), stop)
    assert said is not None
    assert str(text) in said
    assert "does not exist" in str(prober.ask(str(tmp_path / "none.mp4"), stop))
    assert prober.ask(str(clip), stop) == ""


def test_a_crash_of_the_decoder_is_told_and_the_next_file_is_tried(prober: Prober, clip: Path) -> None:
    stop = threading.Event()
    assert prober.ask(str(clip), stop) == ""
    assert prober._there is not None
    pid = prober._there[1].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
    assert "the decoder crashed (signal 9)" in str(prober.ask(str(clip), stop))
    assert prober.ask(str(clip), stop) == ""


def test_patience_ends_and_so_does_a_stop(clip: Path) -> None:
    prober, stop = Prober(patience_s=30.0), threading.Event()
    assert prober.ask(str(clip), stop) == ""
    for ending in ("patience", "stop"):
        assert prober._there is not None
        process = prober._there[1]
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        if ending == "patience":
            prober._patience_s = 0.2
            assert "took over 0.2 s" in str(prober.ask(str(clip), stop))
            prober._patience_s = 30.0
            assert prober.ask(str(clip), stop) == ""
        else:
            threading.Timer(0.2, stop.set).start()
            assert prober.ask(str(clip), stop) is None
        assert ending == "patience" or prober._there is None


def test_the_process_goes_when_it_is_not_needed(
    prober: Prober, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prober.ask(str(clip), threading.Event()) == ""
    prober.rest()
    assert prober._there is not None
    monkeypatch.setattr(probing, "_IDLE_S", 0.01)
    time.sleep(0.02)
    prober.rest()
    assert prober._there is None
    prober.close()
