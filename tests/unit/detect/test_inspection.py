from pathlib import Path

import pytest

from funscribe.detect.engine import TensorSpec
from funscribe.detect.inspection import _shape, inspect
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid, ModelNotFound

OPTIONS = DetectOptions()


def test_a_model_is_described_and_ran(bright_model: Path) -> None:
    shares: list[float] = []
    seen = inspect(bright_model, OPTIONS, shares.append)
    assert [str(spec) for spec in seen.inputs] == ["images (1, 3, 96, 96) float32"]
    assert [str(spec) for spec in seen.outputs] == ["output0 (1, 6, 64) float32"]
    assert (seen.head, seen.why) == ("anchor_free", "")
    assert seen.classes == ("ball", "person")
    assert seen.licence == "Apache-2.0"
    assert seen.metadata["task"] == "detect"
    speed = seen.speed
    assert (speed.engine, speed.device, speed.precision) == ("openvino", "cpu", "fp32")
    assert speed.batch_shape == (1, 3, 96, 96)
    assert speed.pictures_per_s == pytest.approx(1000 / speed.ms)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_model_that_finds_no_boxes_is_described_too(shared_data: Path) -> None:
    seen = inspect(shared_data / "models" / "osnet_x0_25_msmt17.onnx", OPTIONS)
    assert seen.head == ""
    assert "(1, 512)" in seen.why
    assert seen.classes == ()
    assert seen.licence == ""
    assert seen.speed.batch_shape == (1, 3, 256, 128)


def test_free_sides_of_an_input_get_usual_ones() -> None:
    assert _shape(TensorSpec("x", (None, 3, None, None))) == (1, 3, 640, 640)
    assert _shape(TensorSpec("x", (4, 1, 32, 64))) == (4, 1, 32, 64)
    assert _shape(TensorSpec("x", (None, 7))) == (1, 7)


def test_what_cannot_run_is_refused(tmp_path: Path, bright_model: Path) -> None:
    with pytest.raises(ModelNotFound):
        inspect(tmp_path / "none.onnx", OPTIONS)
    (tmp_path / "half.onnx").write_bytes(bright_model.read_bytes()[:500])
    with pytest.raises(ModelInvalid):
        inspect(tmp_path / "half.onnx", OPTIONS)
    with pytest.raises(DeviceMissing):
        inspect(bright_model, DetectOptions(device="npu"))
