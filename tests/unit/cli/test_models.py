import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from funscribe.cli.main import app
from funscribe.errors import DownloadFailed, ModelInvalid, ModelNotFound


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNSCRIBE_MODELS_DIR", str(tmp_path / "store"))
    return tmp_path / "store"


def run(*arguments: object) -> str:
    ran = CliRunner().invoke(app, ["models", *map(str, arguments)])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_a_new_user_is_told_how_to_begin(store: Path) -> None:
    assert "0 models" in run("list")
    assert "funscribe models add" in run("list")
    assert json.loads(run("list", "--json")) == {"folder": str(store), "models": [], "broken": {}}


def test_models_come_are_listed_and_go(bright_model: Path) -> None:
    said = run("add", bright_model)
    assert "bright is kept" in said
    assert "--model bright" in said
    assert "there already" in run("add", bright_model)
    told = json.loads(run("add", bright_model, "--name", "b2", "--json"))
    assert (told["name"], told["new"], told["classes"]) == ("b2", True, ["ball", "person"])
    listed = run("list")
    assert "2 models" in listed
    assert "2 classes" in listed
    assert [one["name"] for one in json.loads(run("list", "--json"))["models"]] == ["b2", "bright"]
    assert "bright is removed" in run("remove", "bright", "b2")
    assert "0 models" in run("list")


def test_a_damaged_model_is_listed_as_one(bright_model: Path, store: Path) -> None:
    run("add", bright_model)
    (store / "bright" / "model.json").write_bytes(b"{")
    assert "damaged" in run("list")
    assert "is damaged" in json.loads(run("list", "--json"))["broken"]["bright"]
    run("remove", "bright")


def test_what_cannot_be_added_is_told(bright_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="does not exist"):
        run("add", tmp_path / "none.onnx")
    with pytest.raises(ModelInvalid, match="nothing was stored"):
        run("add", bright_model, "--sha256", "0" * 64)
    with pytest.raises(DownloadFailed, match="address of http"):
        run("add", "ftp://host/x.onnx")
    with pytest.raises(ModelNotFound):
        run("remove", "bright")


def test_weights_are_exported_and_kept(
    bright_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stand_in(weights: Path, target: Path, *, size: int = 0) -> None:
        assert size == 320
        target.write_bytes(bright_model.read_bytes())

    monkeypatch.setattr("funscribe.detect.export.export", stand_in)
    told = json.loads(run("export", tmp_path / "my ball.pt", "--size", 320, "--json"))
    assert told["name"] == "my-ball"
    assert told["origin"] == str(tmp_path / "my ball.pt")


def test_all_commands_are_in_the_help() -> None:
    shown = run("--help")
    for name in ("add", "list", "remove", "export", "inspect", "quantise"):
        assert name in shown
