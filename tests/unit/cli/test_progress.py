import io
import sys

import pytest

from funscribe.cli.progress import progress_line
from funscribe.monitor import Progress

NOW = Progress(0.42, 1000, 123.4, 4.2, 3725.0, 99.0)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_where_nobody_watches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress_line("a.mp4") as tell:
        assert tell is None
    assert capsys.readouterr() == ("", "")


def test_a_line_has_all_that_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    with progress_line("[red]film.mp4") as tell:
        assert tell is not None
        tell(NOW)
    shown = terminal.getvalue()
    for part in ("[red]film.mp4", "42%", "123 frames/s", "4.2 x real time", "1:02:05 left", "99 MB"):
        assert part in shown


def test_an_error_inside_crosses_and_the_line_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with pytest.raises(KeyboardInterrupt), progress_line("a.mp4"):
        raise KeyboardInterrupt
