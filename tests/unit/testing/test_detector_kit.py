"""The check of detectors lets every registered one pass, and catches those that do wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from funscribe.plugins import load, names
from funscribe.records import Detections
from funscribe.testing.detector_kit import check_detector

DETECTORS = names("funscribe.detectors")


@pytest.fixture(params=[1, 4, "n"])
def model(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A model whose boxes lie by what the picture is like: one is no box, one lies outside."""
    batch = request.param
    rows = np.zeros((1, 6, 42), np.float32)
    rows[0, :, :4] = np.array(
        [[32, 16, 8, 8, 0.9, 0], [9, 9, 4, 4, 0, 0.5], [9, 9, -4, 4, 1, 0], [99, 9, 4, 4, 1, 0]]
    ).T
    weight = np.zeros_like(rows)
    weight[0, :3, 0] = (40, 20, 30)
    constants = [numpy_helper.from_array(rows, "rows"), numpy_helper.from_array(weight, "weight")]
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean4"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Squeeze", ["mean4", "last"], ["mean"]),
        helper.make_node("Mul", ["weight", "mean"], ["moved"]),
        helper.make_node("Add", ["rows", "moved"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "boxes",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 32, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 6, 42])],
        initializer=[*constants, numpy_helper.from_array(np.array([3]), "last")],
    )
    path = tmp_path / "boxes.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path


@pytest.mark.parametrize("name", DETECTORS)
def test_every_registered_detector_conforms(name: str, model: Path) -> None:
    check_detector(load("funscribe.detectors", name), model)


class Right:
    """A detector that does all right; those below do one thing wrong."""

    classes: tuple[str, ...] = ("ball",)
    engine, device, precision, batch, dropped = "none", "cpu", "none", 2, 0

    def __init__(self, path: str | Path, options: Any, *, threads: int = 0) -> None:
        self.seen = 0

    def wanted_size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        return size_wh

    def look(self, picture: Any, size_wh: tuple[int, int]) -> Detections:
        width, height = size_wh
        share = float(picture.mean()) / 255
        return Detections([[0, 0, width * share, height]], [share], [0])

    def detect(self, pictures: Any, size_wh: tuple[int, int] | None = None) -> list[Detections]:
        for picture in pictures:
            if picture.ndim != 3 or picture.dtype != np.uint8 or not picture.size:
                raise ValueError("no picture")
        return [self.look(picture, size_wh or picture.shape[1::-1]) for picture in pictures]

    def start(self, pictures: Any, size_wh: tuple[int, int] | None = None) -> Any:
        found = self.detect(pictures, size_wh)

        class Begun:
            def result(self) -> Any:
                return found

        return Begun()

    def close(self) -> None:
        pass


class Outside(Right):
    def look(self, picture: Any, size_wh: tuple[int, int]) -> Detections:
        return Detections([[0, 0, size_wh[0] + 1, size_wh[1]]], [0.5], [0])


class NoNumber(Right):
    def look(self, picture: Any, size_wh: tuple[int, int]) -> Detections:
        return Detections([[0, 0, float("nan"), 1]], [0.5], [0])


class Unsorted(Right):
    def look(self, picture: Any, size_wh: tuple[int, int]) -> Detections:
        return Detections([[0, 0, 1, 1], [0, 0, 1, 1]], [0.5, 0.6], [0, 0])


class UnknownClass(Right):
    def look(self, picture: Any, size_wh: tuple[int, int]) -> Detections:
        return Detections([[0, 0, 1, 1]], [0.5], [1])


class Remembers(Right):
    def look(self, picture: Any, size_wh: tuple[int, int]) -> Detections:
        self.seen += 1
        return Detections([[0, 0, 1, 1]], [1 / self.seen], [0])


class Paints(Right):
    def look(self, picture: Any, size_wh: tuple[int, int]) -> Detections:
        found = super().look(picture, size_wh)
        picture[:] = 0
        return found


class Loses(Right):
    def detect(self, pictures: Any, size_wh: tuple[int, int] | None = None) -> list[Detections]:
        return super().detect(pictures, size_wh)[:1]


class TakesAll(Right):
    def detect(self, pictures: Any, size_wh: tuple[int, int] | None = None) -> list[Detections]:
        return [self.look(np.zeros(1), size_wh or (9, 9)) for _ in pictures]


def test_a_detector_that_does_right_passes() -> None:
    check_detector(Right, "any.onnx")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Outside, "out of the picture"),
        (NoNumber, "not a number"),
        (Unsorted, "surest box is not the first"),
        (UnknownClass, "a class has no name"),
        (Remembers, "other boxes than one by one"),
        (Paints, "the picture was changed"),
        (TakesAll, "was taken"),
    ],
)
def test_a_detector_that_does_wrong_is_caught(wrong: type[Right], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        check_detector(wrong, "any.onnx")


def test_a_detector_that_loses_pictures_is_caught() -> None:
    with pytest.raises((AssertionError, ValueError)):
        check_detector(Loses, "any.onnx")
