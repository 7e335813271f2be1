"""Integer convolutions of dynamically quantised activations become plain ones that mean the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import TensorProto, helper, numpy_helper

from funscribe.detect.engines.openvino_graph import has_integers, is_quantised, precision_of, to_float


def dynamic(
    path: Path, *, groups: int = 1, per_channel: bool = False, zero: int | None = 7, shared: bool = False
) -> tuple[Path, Any]:
    """Write a dynamically quantised convolution; return the real values of its weights, too."""
    rng = np.random.default_rng(0)
    integers = rng.integers(0, 255, (4, 4 // groups, 3, 3), np.uint8)
    scale = np.float32(rng.uniform(0.01, 0.02, (4, 1, 1) if per_channel else ()))
    ends = [np.array(zero or 0, np.uint8), scale, integers]
    constants = [
        numpy_helper.from_array(array, name) for array, name in zip(ends, ("z", "s", "w"), strict=True)
    ]
    source = ["xq", "w", "xz"] + ([] if zero is None else ["z"])
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        helper.make_node("ConvInteger", source, ["y32"], pads=[1, 1, 1, 1], strides=[2, 2], group=groups),
        helper.make_node("Cast", ["y32"], ["yf"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["xs", "s"], ["step"]),
        helper.make_node("Mul", ["yf", "step"], ["y"]),
    ]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 5, 4])]
    if shared:  # the integers themselves are wanted as well
        outputs.append(helper.make_tensor_value_info("yf", TensorProto.FLOAT, [1, 4, 5, 4]))
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 9, 8])]
    graph = helper.make_graph(nodes, "dynamic", inputs, outputs, initializer=constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path, (integers.astype(np.float64) - (zero or 0)) * scale.astype(np.float64)[..., None]


def convolve(x: Any, weights: Any, groups: int) -> Any:
    """The convolution itself in float64: pads of 1, strides of 2."""
    padded = np.pad(x[0].astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    out = np.zeros((4, 5, 4))
    per = 4 // groups
    for channel in range(4):
        first = channel // (4 // groups) * per
        for line in range(5):
            for column in range(4):
                window = padded[first : first + per, 2 * line : 2 * line + 3, 2 * column : 2 * column + 3]
                out[channel, line, column] = (window * weights[channel]).sum()
    return out[None]


def run(model: Any, x: Any) -> Any:
    return ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("zero", [7, None])
def test_the_convolution_is_that_of_the_real_weights(
    tmp_path: Path, groups: int, per_channel: bool, zero: int | None
) -> None:
    path, weights = dynamic(tmp_path / "m.onnx", groups=groups, per_channel=per_channel, zero=zero)
    model = ov.Core().read_model(path)
    x = np.random.default_rng(1).normal(0, 1, (1, 4, 9, 8)).astype(np.float32)
    rounded = run(model, x)
    assert has_integers(model)
    assert is_quantised(model)
    assert to_float(model) == 1
    assert not has_integers(model)
    assert not is_quantised(model)
    exact = convolve(x, weights.reshape(4, 4 // groups, 3, 3), groups)
    assert np.allclose(run(model, x), exact, rtol=1e-4, atol=1e-4)
    # As written it is the same but for the rounding of the activations to 8 bit.
    assert np.abs(rounded - exact).max() > 1e-3
    assert np.abs(rounded - exact).max() < 0.02 * np.abs(exact).max() + 0.2


def test_what_is_used_otherwise_too_is_left(tmp_path: Path) -> None:
    path, _ = dynamic(tmp_path / "m.onnx", shared=True)
    model = ov.Core().read_model(path)
    assert to_float(model) == 0
    assert has_integers(model)


def test_a_plain_graph_stays(tmp_path: Path) -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    graph = helper.make_graph(
        [node],
        "plain",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 9, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 7, 6])],
        initializer=[numpy_helper.from_array(np.ones((4, 4, 3, 3), np.float32), "w")],
    )
    path = tmp_path / "plain.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    model = ov.Core().read_model(path)
    assert (is_quantised(model), has_integers(model), to_float(model)) == (False, False, 0)
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    assert precision_of(compiled) == "fp32"


def test_a_real_model_is_turned_whole(shared_data: Path) -> None:
    model = ov.Core().read_model(shared_data / "models" / "yolo11n_int8_achmad.onnx")
    assert to_float(model) == 88
    assert not has_integers(model)


def test_a_statically_quantised_model_keeps_its_integers(shared_data: Path) -> None:
    model = ov.Core().read_model(shared_data / "models" / "finds_nothing.onnx")
    assert is_quantised(model)
    assert to_float(model) == 0
    assert is_quantised(model)
