from pathlib import Path

import pytest
import typer

from funscribe.cli.telling import described, stoppable
from funscribe.detect.models import ModelFile


def test_ctrl_c_says_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, stoppable("stopped; nothing was kept"):
        raise KeyboardInterrupt
    assert ended.value.exit_code == 130
    assert capsys.readouterr().err == "funscribe: stopped; nothing was kept\n"


def test_other_errors_cross() -> None:
    with pytest.raises(ValueError, match="other"), stoppable("stopped"):
        raise ValueError("other")


def test_a_model_is_described_in_plain_values() -> None:
    told = described(ModelFile("m", Path("a/b.onnx"), "00", 7, ("ball",)))
    assert told["path"] == str(Path("a/b.onnx"))
    assert (told["name"], told["size"], told["classes"]) == ("m", 7, ("ball",))
