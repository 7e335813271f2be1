"""A graph for one size rewritten for a smaller one finds the same, or is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import TensorProto, helper, numpy_helper

from funscribe.detect.engines.openvino_graph import has_integers, to_float
from funscribe.detect.engines.openvino_shape import shrunk

Build = Callable[..., Path]
EXTRAS = [(), ("sizes",), ("focus",), ("sizes", "focus")]


def run(model: Any, x: Any) -> list[Any]:
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return [np.array(value) for value in compiled(x).values()]


def cells(full_wh: tuple[int, int], kept_wh: tuple[int, int], strides: tuple[int, ...] = (8, 16, 32)) -> Any:
    """Which cells of the grids of an input are those of its first lines and columns."""
    found, start = [], 0
    for stride in strides:
        grid = np.arange((full_wh[1] // stride) * (full_wh[0] // stride)).reshape(full_wh[1] // stride, -1)
        found.append(start + grid[: kept_wh[1] // stride, : kept_wh[0] // stride].ravel())
        start += grid.size
    return np.concatenate(found)


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("size_wh", [(128, 64), (64, 128), (96, 96), (32, 32), (128, 128)])
def test_each_cell_that_is_left_tells_what_it_told(baked: Build, extra: Any, size_wh: Any) -> None:
    model = ov.Core().read_model(baked(*extra))
    smaller = shrunk(model, size_wh)
    assert smaller is not None
    x = np.random.default_rng(0).random((1, 3, 128, 128), np.float32)
    whole = run(model, x)[0]
    part = run(smaller, x[:, :, : size_wh[1], : size_wh[0]])[0]
    assert np.array_equal(part, whole[:, :, cells((128, 128), size_wh)])
    assert model.input().shape == ov.Shape([1, 3, 128, 128])  # the first is as it was


def test_attention_is_over_the_cells_that_are_left(baked: Build) -> None:
    model = ov.Core().read_model(baked("attention"))
    smaller = shrunk(model, (128, 64))
    assert smaller is not None
    x = np.random.default_rng(0).random((1, 3, 128, 128), np.float32)
    x[:, :, 64:] = 0  # black cells attract no attention here: those that are left see the same without
    part = run(smaller, x[:, :, :64])[0]
    assert np.allclose(part, run(model, x)[0][:, :, cells((128, 128), (128, 64))], rtol=1e-5)


@pytest.mark.parametrize("size_wh", [(120, 128), (128, 72), (160, 128), (0, 32), (128, -32)])
def test_sizes_that_are_no_whole_cells_are_refused(baked: Build, size_wh: tuple[int, int]) -> None:
    assert shrunk(ov.Core().read_model(baked("sizes")), size_wh) is None


def test_what_is_not_known_is_left_alone(baked: Build) -> None:
    assert shrunk(ov.Core().read_model(baked("odd")), (128, 64)) is None


def graph(path: Path, nodes: list[Any], shape: list[Any], told: list[Any], **constants: Any) -> Any:
    """A graph of a few nodes from "x" to "y"."""
    made = helper.make_graph(
        nodes,
        "few",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, told)],
        initializer=[numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return ov.Core().read_model(path)


@pytest.mark.parametrize(
    ("shape", "why"),
    [(["n", 3, 8, 8], "any number of pictures"), ([1, 3, "h", "w"], "any size"), ([3, 8, 8], "no pictures")],
)
def test_inputs_that_are_not_fixed_pictures_are_left_alone(tmp_path: Path, shape: Any, why: str) -> None:
    model = graph(tmp_path / "m.onnx", [helper.make_node("Relu", ["x"], ["y"])], shape, shape)
    assert shrunk(model, (4, 4)) is None, why


def test_a_part_that_is_cut_out_is_refused(tmp_path: Path) -> None:
    node = helper.make_node("Slice", ["x", "start", "stop", "axis"], ["y"])
    ends: dict[str, Any] = {"start": np.array([2]), "stop": np.array([6]), "axis": np.array([2])}
    model = graph(tmp_path / "m.onnx", [node], [1, 3, 8, 8], [1, 3, 4, 8], **ends)
    assert shrunk(model, (8, 4)) is None
    columns = shrunk(model, (4, 8))  # along the axis that is cut nothing gets shorter
    assert columns is not None
    assert columns.output().shape == ov.Shape([1, 3, 4, 4])


def test_a_row_that_is_split_again_keeps_its_parts(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Reshape", ["x", "flat"], ["row"]),
        helper.make_node("Split", ["row", "parts"], ["upper", "lower"], axis=2),
        helper.make_node("Concat", ["lower", "upper"], ["y"], axis=2),
    ]
    parts = {"flat": np.array([1, 3, 64]), "parts": np.array([16, 48])}
    model = graph(tmp_path / "m.onnx", nodes, [1, 3, 8, 8], [1, 3, 64], **parts)
    smaller = shrunk(model, (8, 4))
    assert smaller is not None
    x = np.arange(192, dtype=np.float32).reshape(1, 3, 8, 8)
    flat = x.reshape(1, 3, 64)
    assert run(smaller, x[:, :, :4])[0].tolist() == (
        np.concatenate([flat[:, :, 16:32], flat[:, :, :16]], 2).tolist()
    )
    assert shrunk(model, (8, 2)) is None  # nothing would be left of the lower part


def test_a_mean_of_the_whole_picture_is_of_what_is_left(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[2, 3], keepdims=1),
        helper.make_node("Mul", ["x", "mean"], ["y"]),
    ]
    model = graph(tmp_path / "m.onnx", nodes, [1, 3, 8, 8], [1, 3, 8, 8])
    smaller = shrunk(model, (8, 4))
    assert smaller is not None
    x = np.random.default_rng(0).random((1, 3, 4, 8), np.float32)
    assert np.allclose(run(smaller, x)[0], x * x.mean((2, 3), keepdims=True), atol=1e-6)


def test_a_constant_over_the_whole_picture_keeps_its_first_lines(tmp_path: Path) -> None:
    where = np.random.default_rng(0).random((1, 1, 8, 8), np.float32)
    model = graph(
        tmp_path / "m.onnx", [helper.make_node("Add", ["x", "c"], ["y"])], [1, 3, 8, 8], [1, 3, 8, 8], c=where
    )
    smaller = shrunk(model, (6, 4))
    assert smaller is not None
    assert np.array_equal(run(smaller, np.zeros((1, 3, 4, 6), np.float32))[0][0, 1], where[0, 0, :4, :6])


@pytest.mark.parametrize(
    ("file", "size_wh", "shapes"),
    [
        ("yolo11n_int8_achmad.onnx", (320, 192), [[1, 84, 1260]]),
        ("yolo11n_int8_achmad.onnx", (320, 320), [[1, 84, 2100]]),
        ("yolov8n-seg_int8_udaypartha.onnx", (192, 320), [[1, 116, 1260], [1, 32, 80, 48]]),
        ("yolox_nano_bigisland.onnx", (416, 256), [[1, 2184, 85]]),
        ("finds_nothing.onnx", (640, 384), [[1, 84, 5040]]),
    ],
)
def test_real_models_can_be_made_smaller(shared_data: Path, file: str, size_wh: Any, shapes: Any) -> None:
    model = ov.Core().read_model(shared_data / "models" / file)
    to_float(model)
    integers = has_integers(model)
    smaller = shrunk(model, size_wh)
    assert smaller is not None
    assert [list(port.shape) for port in smaller.outputs] == shapes
    assert has_integers(smaller) == integers


def test_cells_of_a_real_model_lie_where_they_lay(shared_data: Path) -> None:
    model = ov.Core().read_model(shared_data / "models" / "yolo11n_int8_achmad.onnx")
    to_float(model)
    smaller = shrunk(model, (320, 192))
    assert smaller is not None
    grey = np.full((1, 3, 320, 320), 114 / 255, np.float32)
    part = run(smaller, grey[:, :, :192])[0][0]
    whole = run(model, grey)[0][0][:, cells((320, 320), (320, 192))]
    # Grey tells nothing of its size: a box is around the middle of its own cell, to within a few cells.
    sides = np.repeat([8, 16, 32], [24 * 40, 12 * 20, 6 * 10])
    apart = np.abs(part[:2] - whole[:2]) / sides
    assert np.median(apart) < 0.5
    assert np.quantile(apart, 0.9) < 3
