"""OpenVINO: what it opens, in which precision, and what it keeps for the next process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import TensorProto, helper, numpy_helper

from funscribe.detect.engines import openvino_loading
from funscribe.detect.engines.openvino import OpenVINOEngine
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid, ModelNotFound

Build = Callable[..., Path]
VALUES = np.arange(6 * 42, dtype=np.float32).reshape(6, 42)


def images(count: int = 1) -> Any:
    return np.zeros((count, 3, 32, 64), np.float32)


def test_a_model_tells_what_it_is(build: Build) -> None:
    engine = OpenVINOEngine(
        build(VALUES, metadata={"task": "detect", "stride": "32"}), DetectOptions(), threads=1
    )
    assert (engine.device, engine.precision) == ("cpu", "fp32")
    assert (engine.inputs[0].name, engine.inputs[0].shape, engine.inputs[0].dtype) == (
        "images", (1, 3, 32, 64), "float32",
    )  # fmt: skip
    assert (engine.outputs[0].name, engine.outputs[0].shape) == ("output0", (1, 6, 42))
    assert dict(engine.metadata) == {"task": "detect", "stride": "32"}
    assert np.array_equal(engine.run(images())[0][0], VALUES)
    engine.close()


def test_a_model_for_a_smaller_input(baked: Build) -> None:
    engine = OpenVINOEngine(baked(), DetectOptions(), threads=1)
    smaller = engine.at_size((128, 64))
    assert smaller is not None
    assert (smaller.inputs[0].shape, smaller.outputs[0].shape) == ((1, 3, 64, 128), (1, 6, 168))
    assert (smaller.device, smaller.precision, smaller.metadata) == ("cpu", "fp32", engine.metadata)
    x = np.random.default_rng(0).random((1, 3, 128, 128), np.float32)
    whole, part = engine.run(x)[0], smaller.run(x[:, :, :64])[0]
    assert np.array_equal(part[..., :128], whole[..., :128])  # the first eight lines of the finest grid
    engine.close()
    assert np.array_equal(smaller.run(x[:, :, :64])[0], part)  # each is closed on its own
    smaller.close()


def test_a_model_that_cannot_be_made_smaller_is_remembered(
    baked: Build, own_cache: Path, monkeypatch: Any
) -> None:
    engine = OpenVINOEngine(baked("odd"), DetectOptions(), threads=1)
    assert engine.at_size((128, 64)) is None
    assert len(list((own_cache / "compiled").iterdir())) == 2

    def refuse(path: Path) -> Any:
        raise AssertionError("read again")

    monkeypatch.setattr(openvino_loading, "_read", refuse)
    assert engine.at_size((128, 64)) is None
    with pytest.raises(AssertionError, match="read again"):
        engine.at_size((64, 128))
    engine.close()


def test_openvinos_own_format_is_read(build: Build, tmp_path: Path) -> None:
    model = ov.Core().read_model(build(VALUES))
    model.set_rt_info("ball big_hand", ["model_info", "labels"])
    ov.save_model(model, tmp_path / "ir.xml", compress_to_fp16=False)
    engine = OpenVINOEngine(tmp_path / "ir.xml", DetectOptions(), threads=1)
    assert np.array_equal(engine.run(images())[0][0], VALUES)
    assert engine.metadata["labels"] == "ball big_hand"
    engine.close()
    (tmp_path / "ir.bin").unlink()
    with pytest.raises((ModelInvalid, ModelNotFound), match=r"ir\.xml"):
        OpenVINOEngine(tmp_path / "ir.xml", DetectOptions(), threads=1)


@pytest.mark.parametrize(
    ("streams", "threads", "at_once"), [(1, 2, 2), (2, 2, 3), (0, 1, 2), (0, 2, 3), (0, 4, 3)]
)
def test_streams_allow_more_at_once(build: Build, streams: int, threads: int, at_once: int) -> None:
    engine = OpenVINOEngine(build(VALUES), DetectOptions(streams=streams), threads=threads)
    assert engine.at_once == at_once
    engine.close()


@pytest.mark.parametrize(
    ("device", "words"),
    [("npu", "finds no npu here, only"), ("cuda", "does not run on 'cuda'"), ("tensorrt", "does not run on")],
)
def test_a_device_that_is_not_there_is_an_error(build: Build, device: str, words: str) -> None:
    if device.upper() in ov.Core().available_devices:
        pytest.skip(f"there is one: {device}")
    with pytest.raises(DeviceMissing, match=words):
        OpenVINOEngine(build(VALUES), DetectOptions(device=device))


@pytest.mark.parametrize("precision", ["fp16", "bf16"])
def test_arithmetic_that_is_not_there_is_an_error(build: Build, precision: Any) -> None:
    if precision.upper() in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        pytest.skip(f"this processor has {precision}")
    with pytest.raises(DeviceMissing, match=rf"cpu here has no {precision}; choose the precision auto, fp32"):
        OpenVINOEngine(build(VALUES), DetectOptions(precision=precision))


def test_integers_are_not_made_of_a_float_model(build: Build) -> None:
    with pytest.raises(ModelInvalid, match="not quantised; run `funscribe models quantise`"):
        OpenVINOEngine(build(VALUES), DetectOptions(precision="int8"))


@pytest.mark.parametrize("data", [b"hello\n", b"\x08\x07" + bytes(range(256)), b"\0"])
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes, capfd: Any) -> None:
    path = tmp_path / "junk.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelInvalid, match=r"junk\.onnx: not a model that OpenVINO can read"):
        OpenVINOEngine(path, DetectOptions())
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_model_that_was_cut_is_refused(build: Build, share: float) -> None:
    path = build(VALUES)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelInvalid, match=r"tiny\.onnx"):
        OpenVINOEngine(path, DetectOptions())


def test_a_batch_of_another_shape_is_refused_and_it_goes_on(build: Build) -> None:
    engine = OpenVINOEngine(build(VALUES), DetectOptions(), threads=1)
    for wrong in (np.zeros((1, 3, 9, 9), np.float32), images(2), np.zeros((1, 3, 32, 64), np.float64)):
        with pytest.raises(ModelInvalid, match="refuses a batch"):
            engine.run(wrong)
    assert np.array_equal(engine.run(images())[0][0], VALUES)
    engine.close()


def test_a_dynamically_quantised_model_runs_in_float_or_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "dynamic.onnx"
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        helper.make_node("ConvInteger", ["xq", "w", "xz"], ["y32"]),
        helper.make_node("Cast", ["y32"], ["yf"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["xs", "s"], ["step"]),
        helper.make_node("Mul", ["yf", "step"], ["y"]),
    ]
    constants = {"w": np.full((3, 3, 1, 1), 50, np.uint8), "s": np.float32(0.01)}
    graph = helper.make_graph(
        nodes,
        "dynamic",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, 4, 4])],
        initializer=[numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    x = np.random.default_rng(0).random((1, 3, 4, 4), np.float32)
    exact = np.repeat(x.sum(1, keepdims=True), 3, 1) / 2
    for wanted, got, near in (("auto", "fp32", 1e-5), ("fp32", "fp32", 1e-5), ("int8", "int8", 5e-3)):
        engine = OpenVINOEngine(path, DetectOptions(precision=wanted), threads=1)
        assert engine.precision == got
        apart = np.abs(engine.run(x)[0] - exact).max()
        assert apart < near
        assert (apart > 1e-5) == (wanted == "int8")
        engine.close()


def test_a_statically_quantised_model_is_not_run_in_float(shared_data: Path) -> None:
    with pytest.raises(ModelInvalid, match="run in int8, not in fp32"):
        OpenVINOEngine(
            shared_data / "models" / "finds_nothing.onnx", DetectOptions(precision="fp32"), threads=1
        )
