"""Tiny models whose outputs are known: constants, and how bright the picture is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

Build = Callable[..., Path]


def _model(
    path: Path,
    values: Any,
    *,
    batch: int | str | None = 1,
    size_wh: tuple[int | str, int | str] = (64, 32),
    brightness: Any = None,
    metadata: Mapping[str, str] | None = None,
    half: bool = False,
    told: tuple[Any, ...] | None = None,
    masks: int = 0,
) -> Path:
    """Write a model with the output `values` (R, C) for each picture, plus `brightness` times its mean."""
    kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    dtype = np.float16 if half else np.float32
    values = np.asarray(values, dtype)
    weight = np.zeros_like(values) if brightness is None else np.asarray(brightness, dtype)
    constants = [
        numpy_helper.from_array(array, name)
        for array, name in ((values[None], "values"), (weight[None], "weight"), (np.array([3]), "last"))
    ]
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean4"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Squeeze", ["mean4", "last"], ["mean"]),
        helper.make_node("Mul", ["weight", "mean"], ["bright"]),
        helper.make_node("Add", ["values", "bright"], ["output0"]),
    ]
    outputs = [helper.make_tensor_value_info("output0", kind, list(told or (batch, *values.shape)))]
    if masks:
        constants.append(numpy_helper.from_array(np.zeros((1, masks, 4, 4), dtype), "prototypes"))
        nodes.append(helper.make_node("Identity", ["prototypes"], ["output1"]))
        outputs.append(helper.make_tensor_value_info("output1", kind, [1, masks, 4, 4]))
    images = helper.make_tensor_value_info("images", kind, [batch, 3, size_wh[1], size_wh[0]])
    graph = helper.make_graph(nodes, "tiny", [images], outputs, initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, dict(metadata or {}))
    onnx.save(model, str(path))
    return path


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Writes a tiny model with known outputs; see `_model`."""

    def write(values: Any, name: str = "tiny.onnx", **more: Any) -> Path:
        return _model(tmp_path / name, values, **more)

    return write


@pytest.fixture
def found_at() -> Callable[..., Any]:
    """Makes the output of an anchor-free head (4 + classes, N) from boxes by centre and sides."""

    def make(*rows: tuple[float, ...], classes: int = 2, places: int = 42) -> Any:
        values = np.zeros((4 + classes, places), np.float32)
        for place, (x, y, w, h, score, kind) in enumerate(rows):
            values[:4, place] = x, y, w, h
            values[4 + int(kind), place] = score
        return values

    return make


def _baked(path: Path, size_wh: tuple[int, int], extra: tuple[str, ...], scores: float) -> Path:
    """Write a detector of three grids into which the size of its pictures is written, as exporters do.

    Every cell tells a box around its middle whose sides are those of two cells, and a score that is the
    brightness of the cell: nothing depends on what is around a cell. `extra` adds what may be in a graph:
    "attention", "sizes" (pictures resized to a written size), "focus", "odd" (a kind that is not known).
    """
    width, height = size_wh
    grids = [(height // stride, width // stride) for stride in (8, 16, 32)]
    places = sum(rows * columns for rows, columns in grids)
    middles = [np.stack(np.meshgrid(np.arange(w), np.arange(h)), 0).reshape(2, -1) + 0.5 for h, w in grids]
    sides = np.repeat([8, 16, 32], [rows * columns for rows, columns in grids])
    values: dict[str, Any] = {
        "middles": np.concatenate(middles, 1)[None].astype(np.float32),
        "sides": sides[None].astype(np.float32),
        "two": np.full((1, 2, 1), 2, np.float32),
        "weights": np.full((2, 3, 1, 1), scores / 3, np.float32),
        "halves": np.array([1, 1], np.int64),
        "written": np.array([1, 1, 1, places], np.int64),
        "back": np.array([1, 2, places], np.int64),
    }
    nodes, rows = [], []
    images = "images"
    if "focus" in extra:
        values |= {
            f"f{name}": np.array([number]) for name, number in zip("abcd", (0, 2**62, 2, 3), strict=True)
        }
        nodes += [
            helper.make_node("Slice", ["images", "fa", "fb", "fd", "fc"], ["every"]),
            helper.make_node("Resize", ["every", "", "fs"], ["again"], mode="nearest"),
        ]
        values["fs"] = np.array([1, 1, 1, 2], np.float32)
        images = "again"
    for level, (h, w) in enumerate(grids):
        stride = 8 << level
        source = f"pool{level}"
        window = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        nodes.append(helper.make_node("AveragePool", [images], [source], **window))
        if "sizes" in extra and level == 0:
            small = {"kernel_shape": [2, 2], "strides": [2, 2]}
            values["large"] = np.array([1, 3, h, w], np.int64)
            nodes += [
                helper.make_node("AveragePool", [source], ["small"], **small),
                helper.make_node("Resize", ["small", "", "", "large"], ["grown"], mode="nearest"),
            ]
            source = "grown"
        if "attention" in extra and level == 2:
            values |= {"flat": np.array([1, 3, h * w]), "square": np.array([1, 3, h, w])}
            nodes += [
                helper.make_node("Reshape", [source, "flat"], ["keys"]),
                helper.make_node("Transpose", ["keys"], ["queries"], perm=[0, 2, 1]),
                helper.make_node("MatMul", ["queries", "keys"], ["near"]),
                helper.make_node("MatMul", ["keys", "near"], ["mixed"]),
                helper.make_node("Reshape", ["mixed", "square"], ["attended"]),
            ]
            source = "attended"
        values[f"shape{level}"] = np.array([1, 2, h * w], np.int64)
        nodes += [
            helper.make_node("Conv", [source, "weights"], [f"conv{level}"]),
            helper.make_node("Reshape", [f"conv{level}", f"shape{level}"], [f"row{level}"]),
        ]
        rows.append(f"row{level}")
    nodes.append(helper.make_node("Concat", rows, ["scores"], axis=2))
    if "odd" in extra:
        nodes.append(helper.make_node("CumSum", ["scores", "axis"], ["summed"]))
        values["axis"] = np.array(2)
    last = "summed" if "odd" in extra else "scores"
    nodes += [
        helper.make_node("Split", [last, "halves"], ["first", "second"], axis=1),
        helper.make_node("Reshape", ["first", "written"], ["four"]),
        helper.make_node("Concat", ["four", "four"], ["pair"], axis=2),
        helper.make_node("Reshape", ["pair", "back"], ["doubled"]),
        helper.make_node("Sub", ["doubled", "doubled"], ["nothing"]),
        helper.make_node("Add", ["middles", "nothing"], ["centres"]),
        helper.make_node("Add", ["two", "nothing"], ["spans"]),
        helper.make_node("Concat", ["centres", "spans"], ["cells"], axis=1),
        helper.make_node("Mul", ["cells", "sides"], ["boxes"]),
        helper.make_node("Concat", ["boxes", last], ["output0"], axis=1),
    ]
    constants = [numpy_helper.from_array(np.asarray(array), name) for name, array in values.items()]
    given = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, height, width])
    told = helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 6, places])
    graph = helper.make_graph(nodes, "baked", [given], [told], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {"names": "{0: 'ball', 1: 'hand'}", "stride": "32"})
    onnx.save(model, str(path))
    return path


@pytest.fixture
def baked(tmp_path: Path) -> Build:
    """Writes a tiny detector of a fixed size; see `_baked`."""

    def write(*extra: str, size_wh: tuple[int, int] = (128, 128), scores: float = 1.0) -> Path:
        return _baked(tmp_path / f"baked{'_'.join(extra)}.onnx", size_wh, extra, scores)

    return write
