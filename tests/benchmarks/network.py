"""A small network that finds bright squares, for where there is no model; and pictures for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

SIDE = 640
SQUARE = 64  # side of what it finds, in an input of 640 (px)
_CELL = 8
_GAIN, _LEVEL = 40.0, 0.62  # of the score, by brightness 0..1
_CORNERS = ((80, 184), (288, 264), (480, 392))  # of the squares, in an input of 640, within a wide picture
DARK, BRIGHT = 20, 250


def write_network(path: Path, dtype: type = np.float32, *, count: int | None = None) -> Path:
    """Write it as ONNX: pictures (N, 3, 640, 640) in, boxes and the scores of two classes (N, 6, 6400) out.

    Args:
        path: The file.
        dtype: Of its numbers: np.float32 or np.float16.
        count: Pictures at once; None for any.
    """
    cells = SIDE // _CELL
    y, x = ((np.mgrid[:cells, :cells] + 0.5) * _CELL).reshape(2, -1)
    sides = np.full_like(x, SQUARE)
    values = {
        **_weights(),
        "bias": np.array([-_GAIN * _LEVEL, -8.0]),
        "none": np.zeros((1, 1, 1)),
        "boxes": np.stack([x, y, sides, sides])[None],
    }
    initializers = [numpy_helper.from_array(value.astype(dtype), name) for name, value in values.items()]
    initializers += [
        numpy_helper.from_array(np.array(value), name)
        for name, value in {"shape": [0, 2, cells * cells], "from": [0], "to": [1], "axis": [1]}.items()
    ]
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    ends = (
        [helper.make_tensor_value_info("images", kind, [count or "n", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output0", kind, [count or "n", 6, cells * cells])],
    )
    graph = helper.make_graph(_nodes(), "bright", *ends, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    told = {"names": "{0: 'ball', 1: 'person'}", "task": "detect", "stride": "32", "imgsz": "[640, 640]"}
    for key, value in told.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def _weights() -> dict[str, np.ndarray]:
    """Return weights of convolutions that take means, no two alike."""
    rng = np.random.default_rng(5)
    shapes = {"first": (16, 3), "second": (32, 16), "third": (64, 32), "fourth": (64, 64)}
    values = {name: rng.uniform(0.5, 1.5, (*shape, 3, 3)) for name, shape in shapes.items()}
    means = {name: value / value.sum((1, 2, 3), keepdims=True) for name, value in values.items()}
    score = np.stack([np.full((64, 1, 1), _GAIN / 64), np.zeros((64, 1, 1))])
    return {**means, "score": score}


def _nodes() -> list[onnx.NodeProto]:
    nodes, before = [], "images"
    for name, step in (("first", 2), ("second", 2), ("third", 2), ("fourth", 1)):
        nodes += [
            helper.make_node("Conv", [before, name], [f"{name}_sum"], strides=[step] * 2, pads=[1] * 4),
            helper.make_node("Relu", [f"{name}_sum"], [f"{name}_out"]),
        ]
        before = f"{name}_out"
    window = SQUARE // _CELL - 1
    return [
        *nodes,
        helper.make_node(
            "AveragePool", [before], ["mean"], kernel_shape=[window] * 2, pads=[window // 2] * 4
        ),
        helper.make_node("Conv", ["mean", "score", "bias"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["likely"]),
        helper.make_node("Reshape", ["likely", "shape"], ["scores"]),
        helper.make_node("Slice", ["scores", "from", "to", "axis"], ["one"]),
        helper.make_node("Mul", ["one", "none"], ["nothing"]),
        helper.make_node("Add", ["nothing", "boxes"], ["placed"]),
        helper.make_node("Concat", ["placed", "scores"], ["output0"], axis=1),
    ]


def picture(size_wh: tuple[int, int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return an RGB picture with three bright squares, and their boxes xyxy (3, 4) (px).

    Seen by the network at 640, the squares are as large as what it finds; each seed puts them elsewhere.
    """
    width, height = size_wh
    scale = max(size_wh) / SIDE
    rng = np.random.default_rng(seed)
    rgb = np.full((height, width, 3), DARK, np.uint8)
    boxes = []
    for left, top in _CORNERS:
        x, y = (np.array([left, top - (SIDE - height / scale) / 2]) + rng.integers(-3, 4, 2) * _CELL) * scale
        box = np.round([x, y, x + SQUARE * scale, y + SQUARE * scale]).astype(int)
        rgb[box[1] : box[3], box[0] : box[2]] = BRIGHT
        boxes.append(box)
    return rgb, np.array(boxes, np.float32)
