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
