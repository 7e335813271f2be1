"""A model on its way into OpenVINO: read, made ready, compiled, and kept for the next process."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import openvino as ov
from openvino import frontend

from funscribe.detect.engine import TensorSpec
from funscribe.detect.engines.compiled import CompiledStore, key_of
from funscribe.detect.engines.openvino_graph import has_integers, is_quantised, precision_of, to_float
from funscribe.detect.engines.openvino_shape import shrunk
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid

_REFUSALS = (
    RuntimeError, frontend.GeneralFailure, frontend.InitializationFailure, frontend.NotImplementedFailure,
    frontend.OpConversionFailure, frontend.OpValidationFailure,
)  # fmt: skip
_STREAMS = 2
_HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}


class Told(msgspec.Struct):
    """What is kept beside a compiled model, or alone; what has no outputs could not be made for a size."""

    metadata: dict[str, str]
    precision: str
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    at_once: int = 1


@cache
def library() -> ov.Core:
    """Return OpenVINO itself, which is started once."""
    return ov.Core()


@dataclass(slots=True)
class Loading:
    """A model on its way to being compiled.

    What is kept of it on disk is only read when it runs. Where it will hardly run at its own size, as
    `options.padding` says, what is known of it is told by its graph, and it is not compiled before that.

    Attributes:
        path: The model file.
        device: OpenVINO's name of the device.
        options: Precision, streams and padding.
        threads: Threads of the processor; 0 leaves it to OpenVINO (count).
        size_wh: Size of an input smaller than the model's own (px); None is its own.
        found: What is known, and the compiled model, or how it was kept, or None before it is compiled.
        graph: The graph at its own size, and whether it has integer convolutions; None before it is read.
    """

    path: Path
    device: str
    options: DetectOptions
    threads: int
    size_wh: tuple[int, int] | None = None
    found: tuple[Told, Any] | None = None
    graph: tuple[ov.Model, bool] | None = None

    def told(self) -> Told:
        """What is known of the model: as it was kept, else as it is compiled or read now."""
        if self.found is None:
            late = self.size_wh is None and self.options.padding == "least"
            kept = CompiledStore().load(self._key(), Told)
            if kept and (kept[1] or late or not kept[0].outputs):
                self.found = kept
            else:
                self.found = self._read() if late else self._make()
        return self.found[0]

    def compiled(self) -> Any:
        """The compiled model."""
        told = self.told()
        model = (self.found and self.found[1]) or None
        if isinstance(model, bytes):
            try:
                model = library().import_model(model, self.device, self._settings())
            except RuntimeError:  # what another version of a driver made is made anew
                model = None
        if model is None:
            told, model = self._make()
        self.found = (told, model)
        return model

    def at_size(self, size_wh: tuple[int, int]) -> Loading:
        """Return the same model for a smaller input (px); of this one no more is held than is in use."""
        smaller = replace(self, size_wh=size_wh, found=None)
        smaller.told()
        smaller.graph = None
        if smaller.told().outputs:
            self.release()
        return smaller

    def release(self) -> None:
        """Hold nothing any more; it is loaded again if it is wanted."""
        self.found = self.graph = None

    def _settings(self) -> dict[str, Any]:
        return _settings(self.device, self.options, self.threads)

    def _key(self) -> str:
        name = library().get_property(self.device, "FULL_DEVICE_NAME")
        made_of = (ov.__version__, self.device, name, self.options.precision, str(self.size_wh))
        return key_of(self.path, "openvino", *made_of, json.dumps(self._settings(), sort_keys=True))

    def _own(self) -> tuple[ov.Model, bool]:
        """The graph at its own size, made ready, and whether it has integer convolutions."""
        if self.graph is None:
            model = _read(self.path)
            self.graph = (model, _prepare(model, self.path, self.options.precision))
        return self.graph

    def _read(self) -> tuple[Told, None]:
        """What the graph tells, which the next process needs not read again."""
        model, integers = self._own()
        told = _tell(model, _metadata(model), "int8" if integers else "fp32")
        CompiledStore().save(self._key(), told, b"")
        return told, None

    def _make(self) -> tuple[Told, Any]:
        own, integers = self._own()
        self.graph = self.graph if self.size_wh else None
        model = shrunk(own, self.size_wh) if self.size_wh else own
        metadata = _metadata(own)
        if model is None:
            told = Told(metadata, "")
            CompiledStore().save(self._key(), told, b"")
            return told, None
        try:
            compiled = library().compile_model(model, self.device, self._settings())
        except RuntimeError as error:
            raise ModelInvalid(
                f"{self.path}: OpenVINO cannot run it on {self.device.lower()} ({brief(error)})"
            ) from error
        told = _tell(compiled, metadata, "int8" if integers else precision_of(compiled))
        # One more than can run: the next is prepared and waits while they do.
        told.at_once = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")) + 1
        _check_precision(self.path, self.options.precision, told.precision)
        with contextlib.suppress(RuntimeError):  # not all devices can hand over what they made
            CompiledStore().save(self._key(), told, compiled.export_model().getvalue())
        return told, compiled


def _tell(model: Any, metadata: dict[str, str], precision: str) -> Told:
    return Told(
        metadata,
        precision,
        tuple(_spec(port, "input") for port in model.inputs),
        tuple(_spec(port, "output") for port in model.outputs),
    )


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
        can = library().get_property(device, "OPTIMIZATION_CAPABILITIES")
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
            return library().read_model(path)
        # Told what it is: the library would try junk as all that it knows, and print what it thinks.
        reader = frontend.FrontEndManager().load_by_framework("onnx")
        return reader.convert(reader.load(str(path)))
    except _REFUSALS as error:
        raise ModelInvalid(
            f"{path}: not a model that OpenVINO can read ({brief(error)}); fetch or export it again"
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


def brief(error: Exception) -> str:
    """The last line of the text of an error, which in OpenVINO says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__
