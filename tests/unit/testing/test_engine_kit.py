"""The check of engines lets every registered one pass, and catches those that do wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from funscribe.detect.engine import TensorSpec
from funscribe.errors import ModelInvalid, ModelNotFound
from funscribe.plugins import load, names
from funscribe.testing.engine_kit import check_engine, sample

ENGINES = names("funscribe.engines")


@pytest.fixture(params=[1, 3, "n"])
def model(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A model whose output depends on every value of its input."""
    batch = request.param
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["x"], ["y"], axes=[2], keepdims=0)],
        "mean",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 8, 12])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 3, 12])],
    )
    path = tmp_path / "mean.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path


def test_both_of_ours_are_registered() -> None:
    assert {"openvino", "onnxruntime"} <= set(ENGINES)


@pytest.mark.parametrize("name", ENGINES)
def test_every_registered_engine_conforms(name: str, model: Path) -> None:
    check_engine(load("funscribe.engines", name), model)


class Right:
    """An engine that does all right; those below do one thing wrong."""

    name, device, precision, at_once = "right", "cpu", "fp32", 2
    inputs = (TensorSpec("x", (1, 3, 8, 12)),)
    outputs = (TensorSpec("y", (1, 3, 12)),)
    metadata: dict[str, str] = {"a": "b"}  # noqa: RUF012

    def __init__(self, path: str | Path, options: Any, *, threads: int = 0) -> None:
        path = Path(path)
        if not path.exists():
            raise ModelNotFound(f"{path}: not there")
        if not path.read_bytes().startswith(b"\x08"):
            raise ModelInvalid(f"{path}: no model")

    def run(self, batch: Any) -> Any:
        if batch.shape != self.inputs[0].shape:
            raise ModelInvalid(f"no batch: {batch.shape}")
        return (batch.mean(2),)

    def start(self, batch: Any) -> Any:
        found = self.run(batch)

        class Begun:
            def result(self) -> Any:
                return found

        return Begun()

    def close(self) -> None:
        pass


class Changes(Right):
    def run(self, batch: Any) -> Any:
        found = super().run(batch)
        batch[:] = 0
        return found


class Shares(Right):
    kept = np.zeros((1, 3, 12), np.float32)

    def run(self, batch: Any) -> Any:
        self.kept[:] = super().run(batch)[0]
        return (self.kept,)


class WrongShape(Right):
    def run(self, batch: Any) -> Any:
        return (super().run(batch)[0][..., :5],)


class WrongType(Right):
    def run(self, batch: Any) -> Any:
        return (super().run(batch)[0].astype(np.float64),)


class TakesAll(Right):
    def run(self, batch: Any) -> Any:
        return (batch.reshape(batch.shape[0], -1)[:, :36].reshape(-1, 3, 12).copy(),)


class Forgets(Right):
    metadata = {"a": 1}  # type: ignore[dict-item]  # noqa: RUF012


class OpensAll(Right):
    def __init__(self, path: str | Path, options: Any, *, threads: int = 0) -> None:
        pass


class Mixes(Right):
    last: Any = None

    def start(self, batch: Any) -> Any:
        engine, self.last = self, batch

        class Begun:
            def result(self) -> Any:
                return engine.run(engine.last)

        return Begun()


def one_mean(tmp_path: Path) -> Path:
    path = tmp_path / "one.onnx"
    path.write_bytes(b"\x08")
    return path


def test_an_engine_that_does_right_passes(tmp_path: Path) -> None:
    check_engine(Right, one_mean(tmp_path))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Changes, "the batch was changed"),
        (Shares, "belong to the caller"),
        (WrongShape, "came with the shape"),
        (WrongType, "came as float64"),
        (TakesAll, "was taken for"),
        (Forgets, "metadata are text"),
        (OpensAll, "as if it were a model|there is no such file|missing"),
        (Mixes, "at once gave other outputs"),
    ],
)
def test_an_engine_that_does_wrong_is_caught(tmp_path: Path, wrong: type[Right], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        check_engine(wrong, one_mean(tmp_path))


def test_samples_fit_their_input() -> None:
    found = sample(TensorSpec("x", (None, 3, None, 5), "float16"))
    assert (found.shape, found.dtype) == ((1, 3, 32, 5), np.float16)
    assert np.array_equal(found, sample(TensorSpec("x", (None, 3, None, 5), "float16")))
