import os
import sys
import time
from pathlib import Path

import pytest

from funscribe.cli.keys import keys, split_keys


def test_arrows_are_one_key() -> None:
    assert split_keys("q \x1b[Cx\x1b[D\x1b") == ["q", " ", "right", "x", "left", "\x1b"]
    assert split_keys("") == []


def test_without_a_terminal_there_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with keys(lambda key: None) as there:
            assert not there


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_keys_of_a_terminal_are_told_and_it_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    import termios

    master, slave = os.openpty()
    heard: list[str] = []
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(slave)
        with keys(heard.append) as there:
            assert there
            os.write(master, b"q\x1b[C")
            until = time.monotonic() + 5
            while len(heard) < 2 and time.monotonic() < until:
                time.sleep(0.01)
        assert heard == ["q", "right"]
        assert termios.tcgetattr(slave) == before
    os.close(master)
