import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from funscribe.cli.main import app
from funscribe.errors import ModelNotFound, RecipeInvalid


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNSCRIBE_MODELS_DIR", str(tmp_path / "store"))
    return tmp_path / "store"


def run(*arguments: object) -> str:
    ran = CliRunner().invoke(app, ["models", "inspect", *map(str, arguments)])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_all_that_is_known_of_a_model_is_printed(bright_model: Path) -> None:
    shown = run(bright_model)
    for part in (
        "images (1, 3, 96, 96) float32", "output0 (1, 6, 64)", "anchor_free", "2: ball, person",
        "Apache-2.0", "openvino, cpu, fp32", "pictures/s", "ms for (1, 3, 96, 96)",
    ):  # fmt: skip
        assert part in shown


def test_json_has_it_too(bright_model: Path) -> None:
    told = json.loads(run(bright_model, "--json"))
    assert told["head"] == "anchor_free"
    assert told["licence"] == "Apache-2.0"
    assert told["inputs"][0]["shape"] == [1, 3, 96, 96]
    assert told["speed"]["engine"] == "openvino"
    assert len(told["sha256"]) == 64


def test_a_model_without_boxes_says_why(shared_data: Path) -> None:
    shown = run(shared_data / "models" / "osnet_x0_25_msmt17.onnx")
    assert "unknown: " in shown
    assert "it does not say" in shown


def test_options_are_heeded_and_wrong_ones_refused(bright_model: Path) -> None:
    pytest.importorskip("onnxruntime")
    assert "onnxruntime, cpu" in run(bright_model, "--set", "detect.engine=onnxruntime")
    with pytest.raises(RecipeInvalid):
        run(bright_model, "--set", "detect.size=3")


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(ModelNotFound, match="models list"):
        run("nothing")
