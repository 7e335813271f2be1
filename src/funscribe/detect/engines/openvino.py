"""The door to OpenVINO: the engine for processors, and for Intel's graphics and neural devices."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from funscribe.detect.engine import TensorSpec, check_file
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid
from funscribe.records import Array

_HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}
_NAMES = {hint: name for name, hint in _HINTS.items()}


class OpenVINOEngine:
    """A model in OpenVINO; reads ONNX and OpenVINO's own format."""

    name = "openvino"

    def __init__(self, path: str | Path, options: DetectOptions, *, threads: int = 0) -> None:
        path = check_file(path)
        device = _device(options.device)
        model = _read(path)
        self.metadata: Mapping[str, str] = _metadata(model)
        self._compiled = _compile(model, device, options, threads, path)
        self.device = device.lower()
        hint = str(self._compiled.get_property("INFERENCE_PRECISION_HINT").to_string())
        self.precision = _NAMES.get(hint, hint)
        self.inputs = tuple(_spec(port, "input") for port in self._compiled.inputs)
        self.outputs = tuple(_spec(port, "output") for port in self._compiled.outputs)
        # One more than can run: the next is prepared and waits while they do.
        self.at_once = int(self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")) + 1
        self._idle = [self._compiled.create_infer_request() for _ in range(self.at_once)]
        self._under_way: deque[_Begun] = deque()
        self._lock = threading.RLock()

    def run(self, batch: Array) -> tuple[Array, ...]:
        """Return the outputs for one batch of the first input."""
        return self.start(batch).result()

    def start(self, batch: Array) -> _Begun:
        """Begin with a batch and return at once, unless `at_once` batches are under way already."""
        with self._lock:
            if not self._idle:
                self._under_way[0].result()
            request = self._idle.pop()
            begun = _Begun(self, request)
            try:
                tensor = ov.Tensor(np.ascontiguousarray(batch), shared_memory=True)
                request.set_input_tensor(0, tensor)
                request.start_async()
            except RuntimeError as error:
                self._idle.append(request)
                raise ModelInvalid(
                    f"the model refuses a batch of shape {batch.shape}: {_brief(error)}"
                ) from error
            begun.batch = tensor
            self._under_way.append(begun)
        return begun

    def close(self) -> None:
        """Release the model; what is under way is waited for."""
        with self._lock:
            while self._under_way:
                self._under_way[0].result()
            self._idle.clear()


class _Begun:
    """Outputs of a request under way; it is free for the next batch once they are fetched."""

    def __init__(self, engine: OpenVINOEngine, request: Any) -> None:
        self._engine = engine
        self._request = request
        self._outputs: tuple[Array, ...] | None = None
        self.batch: Any = None  # kept alive until it is read

    def result(self) -> tuple[Array, ...]:
        engine = self._engine
        with engine._lock:
            if self._outputs is None:
                self._request.wait()
                self._outputs = tuple(np.array(tensor.data) for tensor in self._request.output_tensors)
                self.batch = None
                engine._under_way.remove(self)
                engine._idle.append(self._request)
            return self._outputs


@cache
def _library() -> ov.Core:
    return ov.Core()


def _device(wanted: str) -> str:
    """OpenVINO's name of a device that is there."""
    there = _library().available_devices
    if wanted == "auto":
        return "CPU"
    if wanted not in ("cpu", "gpu", "npu"):
        raise DeviceMissing(
            f"OpenVINO does not run on {wanted!r}; choose the engine onnxruntime, or cpu, gpu or npu"
        )
    found: list[str] = [name for name in there if name.partition(".")[0] == wanted.upper()]
    if not found:
        raise DeviceMissing(
            f"OpenVINO finds no {wanted} here, only {', '.join(there).lower()}; install its driver "
            "or choose another device"
        )
    return found[0]


def _read(path: Path) -> ov.Model:
    try:
        return _library().read_model(path)
    except RuntimeError as error:
        raise ModelInvalid(
            f"{path}: not a model that OpenVINO can read ({_brief(error)}); export it again"
        ) from error


def _compile(model: ov.Model, device: str, options: DetectOptions, threads: int, path: Path) -> Any:
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
    if device == "CPU" and threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    if options.streams:
        settings["NUM_STREAMS"] = options.streams
    if options.precision in _HINTS:
        settings["INFERENCE_PRECISION_HINT"] = _HINTS[options.precision]
    try:
        return _library().compile_model(model, device, settings)
    except RuntimeError as error:
        raise ModelInvalid(f"{path}: OpenVINO cannot run it on {device.lower()} ({_brief(error)})") from error


def _metadata(model: ov.Model) -> dict[str, str]:
    """What an ONNX file says of itself, or what Ultralytics writes into OpenVINO's format."""
    said: dict[str, str] = {}
    for section in ("model_info", "framework"):
        if model.has_rt_info([section]):
            values = model.get_rt_info([section]).value
            said |= {str(key): str(getattr(value, "value", value)) for key, value in dict(values).items()}
    return said


def _spec(port: Any, fallback: str) -> TensorSpec:
    names = sorted(port.get_names())
    shape = tuple(side.get_length() if side.is_static else None for side in port.get_partial_shape())
    kind = port.get_element_type()
    return TensorSpec(names[0] if names else fallback, shape, np.dtype(kind.to_dtype()).name)


def _brief(error: Exception) -> str:
    """The last line of the text of an error, which in OpenVINO says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__
