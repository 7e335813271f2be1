"""ONNX Runtime: only the device that was asked for, quietly, and told what it runs in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest

from funscribe.detect.engines import onnxruntime as door
from funscribe.detect.engines.onnxruntime import ONNXRuntimeEngine, best_device
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid

Build = Callable[..., Path]
VALUES = np.arange(6 * 42, dtype=np.float32).reshape(6, 42)


def images(count: int = 1) -> Any:
    return np.zeros((count, 3, 32, 64), np.float32)


def test_a_model_tells_what_it_is(build: Build, capfd: Any) -> None:
    path = build(VALUES, batch="n", metadata={"task": "detect"})
    engine = ONNXRuntimeEngine(path, DetectOptions(), threads=1)
    assert (engine.device, engine.precision, engine.at_once) == ("cpu", "fp32", 2)
    assert (engine.inputs[0].shape, engine.outputs[0].shape) == ((None, 3, 32, 64), (None, 6, 42))
    assert dict(engine.metadata) == {"task": "detect"}
    assert engine.run(images(3))[0].shape == (3, 6, 42)
    engine.close()
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_half_precision_is_told(build: Build) -> None:
    engine = ONNXRuntimeEngine(build(VALUES, half=True), DetectOptions(), threads=1)
    assert (engine.precision, engine.inputs[0].dtype) == ("fp16", "float16")
    engine.close()
    with pytest.raises(ModelInvalid, match="its layers are fp16"):
        ONNXRuntimeEngine(build(VALUES, half=True), DetectOptions(precision="fp32"))


def test_integers_are_told(shared_data: Path) -> None:
    for name in ("yolo11n_int8_achmad", "finds_nothing"):
        engine = ONNXRuntimeEngine(shared_data / "models" / f"{name}.onnx", DetectOptions(), threads=1)
        assert engine.precision == "int8"
        engine.close()


@pytest.mark.parametrize("precision", ["int8", "fp16", "bf16"])
def test_another_precision_than_the_models_is_an_error(build: Build, precision: Any) -> None:
    with pytest.raises(ModelInvalid, match=rf"its layers are fp32.*not in {precision}"):
        ONNXRuntimeEngine(build(VALUES), DetectOptions(precision=precision))


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("cuda", r"funscribe\[cuda\]"),
        ("tensorrt", "TensorRT"),
        ("coreml", "Mac"),
        ("directml", r"funscribe\[directml\]"),
        ("gpu", "onnxruntime-openvino"),
        ("best", "knows no device 'best'"),
    ],
)
def test_a_device_whose_provider_is_missing_is_an_error(
    build: Build, monkeypatch: pytest.MonkeyPatch, device: str, words: str
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(DeviceMissing, match=words):
        ONNXRuntimeEngine(build(VALUES), DetectOptions(device=device))


class _Session:
    """Stands for a session where a provider's library is there and what it needs is not."""

    runs_on: tuple[str, ...] = ("CPUExecutionProvider",)
    layers_left = False
    asked: tuple[Any, ...] = ()

    def __init__(self, path: str, options: Any, providers: Any) -> None:
        alone = (
            options.get_session_config_entry("session.disable_cpu_ep_fallback") if _was_set(options) else "0"
        )
        if self.layers_left and alone == "1":
            raise RuntimeError("fallback to CPU EP has been explicitly disabled by the user")
        type(self).asked = tuple(providers)

    def disable_fallback(self) -> None:
        pass

    def get_providers(self) -> list[str]:
        return list(self.runs_on)

    def get_modelmeta(self) -> Any:
        return SimpleNamespace(custom_metadata_map={})

    def get_inputs(self) -> list[Any]:
        return [SimpleNamespace(name="x", type="tensor(float)", shape=[1, 3, 32, 64])]

    get_outputs = get_inputs


def _was_set(options: Any) -> bool:
    try:
        options.get_session_config_entry("session.disable_cpu_ep_fallback")
    except RuntimeError:
        return False
    return True


@pytest.fixture
def with_cuda(monkeypatch: pytest.MonkeyPatch) -> type[_Session]:
    class Session(_Session):
        pass

    there = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    return Session


def test_the_processor_never_stands_in_silently(build: Build, with_cuda: type[_Session]) -> None:
    with pytest.raises(DeviceMissing, match=r"cannot use cuda here: pip install 'funscribe\[cuda\]'"):
        ONNXRuntimeEngine(build(VALUES), DetectOptions(device="cuda"))


def test_layers_that_are_left_to_the_processor_are_told(build: Build, with_cuda: type[_Session]) -> None:
    with_cuda.runs_on = ("CUDAExecutionProvider", "CPUExecutionProvider")
    whole = ONNXRuntimeEngine(build(VALUES), DetectOptions(device="cuda"))
    with_cuda.layers_left = True
    partly = ONNXRuntimeEngine(build(VALUES), DetectOptions(device="cuda"))
    assert (whole.device, partly.device) == ("cuda:0", "cuda:0+cpu")
    whole.close()
    partly.close()


def test_tensorrt_keeps_its_engines(build: Build, with_cuda: type[_Session], own_cache: Path) -> None:
    with_cuda.runs_on = ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")
    engine = ONNXRuntimeEngine(build(VALUES), DetectOptions(device="tensorrt", precision="fp16"))
    (name, settings), (second, _) = with_cuda.asked
    assert (name, second) == ("TensorrtExecutionProvider", "CUDAExecutionProvider")
    assert settings["trt_engine_cache_enable"] == "1"
    assert Path(settings["trt_engine_cache_path"]).is_relative_to(own_cache)
    assert (settings["trt_fp16_enable"], settings["trt_int8_enable"]) == ("1", "0")
    assert (engine.device, engine.precision) == ("tensorrt:0", "fp16")
    engine.close()


def test_the_best_device_is_one_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    monkeypatch.setattr(door, "_has_cuda", lambda: False)
    assert best_device() == "cpu"
    monkeypatch.setattr(door, "_has_cuda", lambda: True)
    assert ONNXRuntimeEngine.best_device() == "cuda"
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["DmlExecutionProvider"])
    assert best_device() == "directml"


@pytest.mark.parametrize("data", [b"hello\n", b"\x08\x07" + bytes(range(256)), b"\0"])
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes, capfd: Any) -> None:
    path = tmp_path / "junk.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelInvalid, match=r"junk\.onnx: not a model that ONNX Runtime can run"):
        ONNXRuntimeEngine(path, DetectOptions())
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_openvinos_own_format_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "ir.xml"
    path.write_text("<net/>", encoding="utf-8")
    with pytest.raises(ModelInvalid, match="choose the engine openvino"):
        ONNXRuntimeEngine(path, DetectOptions())


def test_a_batch_of_another_shape_is_refused_and_it_goes_on(build: Build) -> None:
    engine = ONNXRuntimeEngine(build(VALUES), DetectOptions(), threads=1)
    for wrong in (np.zeros((1, 3, 9, 9), np.float32), images(2), np.zeros((1, 3, 32, 64), np.float64)):
        with pytest.raises(ModelInvalid, match="the model takes images"):
            engine.start(wrong)
    assert np.array_equal(engine.run(images())[0][0], VALUES)
    engine.close()
