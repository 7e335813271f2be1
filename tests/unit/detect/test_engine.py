"""Which engine opens a model, and what is said when it cannot."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funscribe.detect import engine as engine_module
from funscribe.detect.engine import TensorSpec, check_file, open_engine
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid, ModelNotFound, PluginNotFound

Build = Callable[..., Path]
VALUES = np.zeros((6, 42), np.float32)


def test_a_tensor_reads_as_it_is() -> None:
    assert str(TensorSpec("x", (None, 3, 4), "float16")) == "x (?, 3, 4) float16"


def test_a_processor_is_left_to_openvino(build: Build) -> None:
    for options in (DetectOptions(), DetectOptions(device="cpu")):
        opened = open_engine(build(VALUES), options, threads=1)
        assert (opened.name, opened.device, opened.precision) == ("openvino", "cpu", "fp32")
        opened.close()


def test_the_engine_that_is_named_opens_it(build: Build) -> None:
    opened = open_engine(build(VALUES, metadata={"task": "detect"}), DetectOptions(engine="onnxruntime"))
    assert (opened.name, opened.device, opened.metadata["task"]) == ("onnxruntime", "cpu", "detect")
    opened.close()


def test_an_unknown_engine_is_refused(build: Build) -> None:
    with pytest.raises(PluginNotFound, match="onnxruntime, openvino"):
        open_engine(build(VALUES), DetectOptions(engine="best"))


def test_an_unknown_device_is_refused(build: Build) -> None:
    with pytest.raises(DeviceMissing, match=r"no device is called 'gpu0'; there are: auto, cpu, .*cuda"):
        open_engine(build(VALUES), DetectOptions(device="gpu0"))


@pytest.mark.parametrize(
    ("device", "extra"), [("cuda", "funscribe[cuda]"), ("directml", "funscribe[directml]"), ("coreml", "Mac")]
)
def test_a_device_that_is_not_there_is_told_with_its_extra(
    build: Build, monkeypatch: pytest.MonkeyPatch, device: str, extra: str
) -> None:
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(DeviceMissing) as caught:
        open_engine(build(VALUES), DetectOptions(device=device))
    assert extra in str(caught.value)


def _without(monkeypatch: pytest.MonkeyPatch, *hidden: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        engine_module.importlib.util, "find_spec", lambda name: None if name in hidden else real(name)
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (DetectOptions(engine="onnxruntime"), r"pip install 'funscribe\[onnxruntime\]'"),
        (DetectOptions(device="cuda"), r"pip install 'funscribe\[cuda\]'"),
        (DetectOptions(device="directml"), r"pip install 'funscribe\[directml\]'"),
    ],
)
def test_a_library_that_is_not_there_is_told_with_its_extra(
    build: Build, monkeypatch: pytest.MonkeyPatch, options: DetectOptions, words: str
) -> None:
    _without(monkeypatch, "onnxruntime")
    with pytest.raises(DeviceMissing, match=words):
        open_engine(build(VALUES), options)


def test_without_openvino_the_other_runs_on_the_processor(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without(monkeypatch, "openvino")
    opened = open_engine(build(VALUES), DetectOptions())
    assert (opened.name, opened.device) == ("onnxruntime", "cpu")
    opened.close()
    with pytest.raises(DeviceMissing, match="openvino is not installed"):
        open_engine(build(VALUES), DetectOptions(engine="openvino"))


class _Fast:
    """Stands for ONNX Runtime on a machine with a GPU."""

    def __init__(self, path: Any, options: Any, *, threads: int) -> None:
        if Path(path).stem == "missing_cudnn":
            raise DeviceMissing("no cuDNN")

    @staticmethod
    def best_device() -> str:
        return "cuda"


def test_where_an_accelerator_is_it_is_taken_and_where_it_fails_the_processor(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engine_module.load
    monkeypatch.setattr(engine_module, "_is_installed", lambda name: name == "onnxruntime-gpu")
    monkeypatch.setattr(
        engine_module, "load", lambda group, name: _Fast if name == "onnxruntime" else real(group, name)
    )
    assert isinstance(open_engine(build(VALUES), DetectOptions()), _Fast)
    slow = open_engine(build(VALUES, "missing_cudnn.onnx"), DetectOptions())
    assert slow.name == "openvino"
    slow.close()


def test_what_is_no_model_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"none\.onnx: the model does not exist"):
        check_file(tmp_path / "none.onnx")
    with pytest.raises(ModelNotFound, match="is a folder"):
        check_file(tmp_path)
    empty = tmp_path / "empty.onnx"
    empty.touch()
    with pytest.raises(ModelInvalid, match="is empty"):
        check_file(empty)
    weights = tmp_path / "yolo.pt"
    weights.write_bytes(b"PK")
    with pytest.raises(ModelInvalid, match=r"funscribe models export yolo\.pt"):
        check_file(weights)
