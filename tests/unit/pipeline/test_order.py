"""An order goes into the queue and comes out as it was."""

from pathlib import Path

import msgspec
import pytest

from funscribe.pipeline.order import Order, absolute, placed
from funscribe.recipe import Recipe, change


def test_order_survives_json():
    order = Order(
        video="a.mp4",
        script="a.funscript",
        recipe=change(Recipe(), ["script.invert=yes"]),
        variants=("soft",),
    )
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order


def test_order_cannot_be_changed():
    with pytest.raises(AttributeError):
        Order(video="a.mp4", script="a.funscript").overwrite = True


def test_order_needs_a_script():
    with pytest.raises(msgspec.ValidationError, match="script"):
        msgspec.convert({"video": "a.mp4"}, Order)


def test_a_placed_recipe_names_files_of_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.onnx").touch()
    (tmp_path / "names.txt").touch()
    recipe = change(Recipe(), ["detect.model=mine.onnx", "detect.classes=names.txt"])
    found = placed(recipe).detect
    assert (found.model, found.classes) == (str(tmp_path / "mine.onnx"), str(tmp_path / "names.txt"))
    assert placed(placed(recipe)) == placed(recipe)


def test_names_of_stored_models_stay_names():
    for text in ("yolo11n", "no\0path", "x" * 5000):
        recipe = change(Recipe(), [f"detect.model={text}"])
        assert placed(recipe) is recipe
    assert placed(Recipe()) is not None


def test_a_url_is_absolute_already():
    assert absolute("s3://films/a.mp4") == "s3://films/a.mp4"
    assert Path(absolute("a.mp4")).is_absolute()
    assert absolute("/films/a.mp4") == str(Path("/films/a.mp4").absolute())
