"""The protocol of an engine: a batch of tensors in, raw tensors out, and nothing else; and its opener."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid, ModelNotFound
from funscribe.plugins import load
from funscribe.records import Array

# Which engine reaches a device where none is named.
_REACHED_BY = {
    "auto": "openvino",
    "cpu": "openvino",
    "gpu": "openvino",
    "npu": "openvino",
    "cuda": "onnxruntime",
    "tensorrt": "onnxruntime",
    "coreml": "onnxruntime",
    "directml": "onnxruntime",
}
_EXTRAS = {
    "openvino": {"auto": "openvino"},
    "onnxruntime": {
        "auto": "funscribe[onnxruntime]",
        "cuda": "funscribe[cuda]",
        "tensorrt": "funscribe[cuda]",
        "directml": "funscribe[directml]",
    },
}
_WITH_ACCELERATOR = ("onnxruntime-gpu", "onnxruntime-directml")


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a model: its name, shape (None is any length) and NumPy type name."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"

    def __str__(self) -> str:
        sides = ", ".join("?" if length is None else str(length) for length in self.shape)
        return f"{self.name} ({sides}) {self.dtype}"


class Pending(Protocol):
    """Outputs that are still being computed."""

    def result(self) -> tuple[Array, ...]:
        """Wait for them and return them; they belong to the caller."""


class Engine(Protocol):
    """A loaded model.

    A plug-in of the group `funscribe.engines` is called with the path of a model, `DetectOptions` and
    `threads=` (0 leaves it to the library).
    """

    name: str  # of the engine
    device: str  # that really runs it: "cpu", "cuda:0"
    precision: str  # that it really runs in
    inputs: Sequence[TensorSpec]
    outputs: Sequence[TensorSpec]
    metadata: Mapping[str, str]  # what the model says of itself
    at_once: int  # batches that are worth having under way together

    def run(self, batch: Array) -> tuple[Array, ...]:
        """Return the outputs for one batch of the first input."""

    def start(self, batch: Array) -> Pending:
        """Begin with a batch and return at once, unless `at_once` batches are under way already.

        The batch must not be changed until its result is there.
        """

    def close(self) -> None:
        """Release the model; what is under way is waited for."""


@runtime_checkable
class Shrinking(Protocol):
    """An engine that can run a model of a fixed input on a smaller one; not all can."""

    def at_size(self, size_wh: tuple[int, int]) -> Engine | None:
        """Return the model for a smaller input (px), None where it allows none; both are to be closed.

        It finds what the model finds in the first lines and columns of its own input.
        """


def open_engine(path: str | Path, options: DetectOptions, *, threads: int = 0) -> Engine:
    """Return a model loaded by the engine that the options name, or by the best there is for the device.

    Args:
        path: The model file.
        options: Engine, device, precision, batch and streams.
        threads: Threads of the processor it may use; 0 leaves it to the library (count).

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It is not a model that can be run.
        DeviceMissing: What was asked for is not there; nothing else runs in its stead.
        PluginNotFound: No engine of the name in the options is installed.
    """
    path = check_file(path)
    if options.engine == "auto" and options.device == "auto" and _may_accelerate(path):
        # Where an accelerator is not quite there, the processor is; what really runs is told by the engine.
        with contextlib.suppress(DeviceMissing):
            return _open("onnxruntime", path, options, threads)
        return _open("openvino", path, options, threads)
    return _open(_choice(path, options), path, options, threads)


def check_file(path: str | Path) -> Path:
    """Return the path of a model file that exists and is not empty.

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It is empty, or a kind of file that has to be exported first.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ModelNotFound(f"{path}: the model {what}; give the path of an .onnx or .xml file")
    if path.stat().st_size == 0:
        raise ModelInvalid(f"{path}: the model is empty; fetch or export it again")
    if path.suffix.lower() in (".pt", ".pth"):
        raise ModelInvalid(f"{path}: weights of PyTorch; run `funscribe models export {path.name}` first")
    return path


def _choice(path: Path, options: DetectOptions) -> str:
    """Name of the engine for a device; without OpenVINO the processor is left to ONNX Runtime."""
    if options.engine != "auto":
        return options.engine
    if options.device not in _REACHED_BY:
        raise DeviceMissing(f"no device is called {options.device!r}; there are: {', '.join(_REACHED_BY)}")
    name = _REACHED_BY[options.device]
    either = options.device in ("auto", "cpu") and path.suffix.lower() != ".xml"
    return "onnxruntime" if either and not _is_there(name) and _is_there("onnxruntime") else name


def _open(name: str, path: Path, options: DetectOptions, threads: int) -> Engine:
    if name in _EXTRAS and not _is_there(name):
        extra = _EXTRAS[name].get(options.device, _EXTRAS[name]["auto"])
        raise DeviceMissing(f"the library {name} is not installed: pip install '{extra}'")
    engine: Engine = load("funscribe.engines", name)(path, options, threads=threads)
    return engine


def _may_accelerate(path: Path) -> bool:
    """Whether something better than the processor is there; looked up only where a library for it is."""
    if path.suffix.lower() == ".xml" or not any(map(_is_installed, _WITH_ACCELERATOR)):
        return False
    return bool(load("funscribe.engines", "onnxruntime").best_device() != "cpu")


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
