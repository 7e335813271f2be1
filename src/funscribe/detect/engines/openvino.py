"""The door to OpenVINO: the engine for processors, and for Intel's graphics and neural devices."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import deque
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import openvino as ov
from openvino import frontend

from funscribe.detect.engine import TensorSpec, check_file
from funscribe.detect.engines.compiled import CompiledStore, key_of
from funscribe.detect.engines.openvino_graph import has_integers, is_quantised, precision_of, to_float
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid
from funscribe.records import Array

_REFUSALS = (
    RuntimeError, frontend.GeneralFailure, frontend.InitializationFailure, frontend.NotImplementedFailure,
    frontend.OpConversionFailure, frontend.OpValidationFailure,
)  # fmt: skip
_STREAMS = 2
_HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}


class _Told(msgspec.Struct):
    """What is kept beside a compiled model."""

    metadata: dict[str, str]
    precision: str


class OpenVINOEngine:
    """A model in OpenVINO; reads ONNX and OpenVINO's own format.

    The precision "int8" runs a quantised graph exactly as it is written. Others, and "auto", turn what was
    quantised dynamically into float (see `openvino_graph`), which is twice as fast.

    Args:
        path: The model file, .onnx or .xml.
        options: Device, precision and streams.
        threads: Threads of the processor it may use; 0 leaves it to OpenVINO (count).

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It cannot be read or run, or not in the precision that was asked for.
        DeviceMissing: The device, or its arithmetic, is not there.
    """

    name = "openvino"

    def __init__(self, path: str | Path, options: DetectOptions, *, threads: int = 0) -> None:
        path = check_file(path)
        device = _device(options.device)
        self._compiled, told = _load(path, device, options, threads)
        self.metadata: Mapping[str, str] = told.metadata
        self.precision = told.precision
        self.device = device.lower()
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


def devices() -> dict[str, str]:
    """Return the devices that are there, each with the name that it gives itself."""
    core = _library()
    return {name.lower(): str(core.get_property(name, "FULL_DEVICE_NAME")) for name in core.available_devices}


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


def _load(path: Path, device: str, options: DetectOptions, threads: int) -> tuple[Any, _Told]:
    """A compiled model: as it was kept, else compiled now and kept."""
    settings = _settings(device, options, threads)
    store = CompiledStore()
    made_of = (ov.__version__, device, _library().get_property(device, "FULL_DEVICE_NAME"), options.precision)
    key = key_of(path, "openvino", *made_of, json.dumps(settings, sort_keys=True))
    kept = store.load(key, _Told)
    if kept:
        # What another version of a driver made is refused, and made anew.
        with contextlib.suppress(RuntimeError):
            return _library().import_model(kept[1], device, settings), kept[0]
    model = _read(path)
    metadata = _metadata(model)
    integers = _prepare(model, path, options.precision)
    try:
        compiled = _library().compile_model(model, device, settings)
    except RuntimeError as error:
        raise ModelInvalid(f"{path}: OpenVINO cannot run it on {device.lower()} ({_brief(error)})") from error
    told = _Told(metadata, "int8" if integers else precision_of(compiled))
    _check_precision(path, options.precision, told.precision)
    with contextlib.suppress(RuntimeError):  # not all devices can hand over what they made
        store.save(key, told, compiled.export_model().getvalue())
    return compiled, told


def _settings(device: str, options: DetectOptions, threads: int) -> dict[str, Any]:
    cpu = device == "CPU"
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY" if cpu else "THROUGHPUT"}
    if cpu and threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    # Two pictures side by side take a fifth less of the processor than one by one on all threads.
    streams = options.streams or (min(threads or os.cpu_count() or 1, _STREAMS) if cpu else 0)
    if streams:
        settings["NUM_STREAMS"] = streams
    if options.precision in _HINTS:
        can = _library().get_property(device, "OPTIMIZATION_CAPABILITIES")
        if options.precision.upper() not in can:
            there = [name.lower() for name in can if name.lower() in (*_HINTS, "int8")]
            raise DeviceMissing(
                f"{device.lower()} here has no {options.precision}; "
                f"choose the precision {', '.join(['auto', *there])}"
            )
        settings["INFERENCE_PRECISION_HINT"] = _HINTS[options.precision]
    return settings


def _prepare(model: ov.Model, path: Path, precision: str) -> bool:
    """Make a graph ready for a precision; return whether integer convolutions are left in it."""
    if precision == "int8" and not is_quantised(model):
        raise ModelInvalid(
            f"{path}: it is not quantised; run `funscribe models quantise` or choose another precision"
        )
    if precision != "int8":
        to_float(model)
    if precision in _HINTS and is_quantised(model):
        _check_precision(path, precision, "int8")
    return has_integers(model)


def _check_precision(path: Path, asked: str, got: str) -> None:
    if asked not in ("auto", got):
        raise ModelInvalid(
            f"{path}: its layers run in {got}, not in {asked}; "
            f"choose the precision auto, or a model made for {asked}"
        )


def _read(path: Path) -> ov.Model:
    try:
        if path.suffix.lower() == ".xml":
            return _library().read_model(path)
        # Told what it is: the library would try junk as all that it knows, and print what it thinks.
        reader = frontend.FrontEndManager().load_by_framework("onnx")
        return reader.convert(reader.load(str(path)))
    except _REFUSALS as error:
        raise ModelInvalid(
            f"{path}: not a model that OpenVINO can read ({_brief(error)}); fetch or export it again"
        ) from error


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
