import sys

import pytest

import funscribe
from funscribe.cli import main
from funscribe.errors import VideoNotFound


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["funscribe", *arguments])
    with pytest.raises(SystemExit) as left:
        main.run()
    return int(left.value.code or 0)


def test_the_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"funscribe {funscribe.__version__}\n"


def test_help_names_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    for command in ("generate", "evaluate", "script", "recipe", "cache"):
        assert command in shown


def test_an_error_of_ours_is_one_line_and_status_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "recipe", "show", "--set", "field.cels=1") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "funscribe: unknown option field.cels; did you mean field.cells?\n"


def test_an_error_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main, "app", broken)
    with pytest.raises(ZeroDivisionError):
        main.run()


@pytest.mark.parametrize("arguments", [["nothing"], ["generate"], ["cache", "nothing"]])
def test_wrong_usage_is_status_two(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    assert _run(monkeypatch, *arguments) == 2


def test_a_complaint_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    main.complain(VideoNotFound("a\nb.mp4 does not exist;\n\n check the path \udcff"))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
