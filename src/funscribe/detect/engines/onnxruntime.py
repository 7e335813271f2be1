"""The door to ONNX Runtime: the engine for CUDA, TensorRT, CoreML and DirectML."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as _state

from funscribe.detect.engine import TensorSpec, check_file
from funscribe.detect.engines.compiled import default_root
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid
from funscribe.records import Array

_PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "gpu": "OpenVINOExecutionProvider",
    "npu": "OpenVINOExecutionProvider",
}
# What brings a provider, and what it runs on besides.
_REMEDIES = {
    "cuda": "pip install 'funscribe[cuda]', and check the driver, CUDA and cuDNN",
    "tensorrt": "pip install 'funscribe[cuda]', and install TensorRT",
    "coreml": "pip install 'funscribe[onnxruntime]' on a Mac",
    "directml": "pip install 'funscribe[directml]' on Windows",
    "gpu": "pip install onnxruntime-openvino, or choose the engine openvino",
    "npu": "pip install onnxruntime-openvino, or choose the engine openvino",
}
_REFUSALS: tuple[type[Exception], ...] = (
    _state.Fail, _state.InvalidArgument, _state.InvalidGraph, _state.InvalidProtobuf, _state.NoModel,
    _state.NoSuchFile, _state.NotImplemented, _state.RuntimeException, _state.EPFail,
    ValueError, RuntimeError,
)  # fmt: skip
_KINDS = {"float": "float32", "double": "float64"}
# As an operator stands in the file: the field of its type, the length of its name, its name.
_INTEGER_OPERATORS = tuple(
    bytes([0x22, len(name)]) + name
    for name in (b"QLinearConv", b"ConvInteger", b"MatMulInteger", b"QLinearMatMul", b"DequantizeLinear")
)
_FATAL = 4


class ONNXRuntimeEngine:
    """A model in ONNX Runtime, on the device that was asked for and on no other.

    Args:
        path: The model file, .onnx.
        options: Device, precision and streams.
        threads: Threads of the processor it may use; 0 leaves it to ONNX Runtime (count).

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It cannot be read or run, or not in the precision that was asked for.
        DeviceMissing: The device is not there; the extra to install is told.
    """

    name = "onnxruntime"

    def __init__(self, path: str | Path, options: DetectOptions, *, threads: int = 0) -> None:
        path = check_file(path)
        if path.suffix.lower() == ".xml":
            raise ModelInvalid(f"{path}: only OpenVINO reads its own format; choose the engine openvino")
        device = best_device() if options.device == "auto" else options.device
        own = _own_precision(path)
        providers = _providers(device, options.precision)
        self._session, self.device = _open(path, providers, device, threads)
        self.metadata: Mapping[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self.inputs = tuple(_spec(item) for item in self._session.get_inputs())
        self.outputs = tuple(_spec(item) for item in self._session.get_outputs())
        own = "fp16" if own == "fp32" and self.inputs and self.inputs[0].dtype == "float16" else own
        self.precision = _precision(path, device, options.precision, own)
        streams = options.streams or 1
        self.at_once = streams + 1
        self._workers = ThreadPoolExecutor(streams, thread_name_prefix="onnxruntime")
        self._under_way: deque[Future[tuple[Array, ...]]] = deque()
        self._lock = threading.Lock()

    @staticmethod
    def best_device() -> str:
        """Return the fastest device that is there."""
        return best_device()

    def run(self, batch: Array) -> tuple[Array, ...]:
        """Return the outputs for one batch of the first input."""
        return self.start(batch).result()

    def start(self, batch: Array) -> _Begun:
        """Begin with a batch and return at once, unless `at_once` batches are under way already."""
        self._check(batch)
        with self._lock:
            while self._under_way and (self._under_way[0].done() or len(self._under_way) >= self.at_once):
                self._under_way.popleft().exception()  # whoever began it is told of it
            future = self._workers.submit(self._session.run, None, {self.inputs[0].name: batch})
            self._under_way.append(future)
        return _Begun(future)

    def close(self) -> None:
        """Release the model; what is under way is waited for."""
        self._workers.shutdown(wait=True)

    def _check(self, batch: Array) -> None:
        spec = self.inputs[0]
        fits = batch.ndim == len(spec.shape) and all(
            want in (None, got) for want, got in zip(spec.shape, batch.shape, strict=False)
        )
        if not fits or batch.dtype.name != spec.dtype:
            raise ModelInvalid(f"the model takes {spec}, not {batch.shape} {batch.dtype}")


class _Begun:
    """Outputs of a batch under way."""

    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def result(self) -> tuple[Array, ...]:
        try:
            return tuple(self._future.result())
        except _REFUSALS as error:
            raise ModelInvalid(f"the model cannot be run on this batch: {_brief(error)}") from error


def best_device() -> str:
    """Return the fastest device that is there, of those that are reached without being asked for by name."""
    available = ort.get_available_providers()
    if _PROVIDERS["cuda"] in available and _has_cuda():
        return "cuda"
    return "directml" if _PROVIDERS["directml"] in available else "cpu"


def devices() -> dict[str, str]:
    """Return the devices that can be asked for here, each with the provider that runs it."""
    available = ort.get_available_providers()
    cuda = _PROVIDERS["cuda"] in available and _has_cuda()
    return {
        device: provider
        for device, provider in _PROVIDERS.items()
        if provider in available and (cuda or device not in ("cuda", "tensorrt"))
    }


def _has_cuda() -> bool:
    """Whether the driver shows a device; the library itself is there on any machine."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0


def _providers(device: str, precision: str) -> list[tuple[str, dict[str, Any]]]:
    """Providers for a device and their settings, the wanted one first."""
    if device not in _PROVIDERS:
        raise DeviceMissing(
            f"ONNX Runtime knows no device {device!r}; there are: auto, {', '.join(_PROVIDERS)}"
        )
    if _PROVIDERS[device] not in ort.get_available_providers():
        raise DeviceMissing(f"ONNX Runtime here has no {device}: {_REMEDIES[device]}")
    cuda: dict[str, Any] = {"use_tf32": "0" if precision == "fp32" else "1"}
    if device == "tensorrt":
        folder = default_root() / "tensorrt"
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "trt_engine_cache_enable": "1",
            "trt_engine_cache_path": str(folder),
            "trt_timing_cache_enable": "1",
            "trt_timing_cache_path": str(folder),
            "trt_fp16_enable": str(int(precision == "fp16")),
            "trt_bf16_enable": str(int(precision == "bf16")),
            "trt_int8_enable": str(int(precision == "int8")),
        }
        # Layers that TensorRT has not are run by CUDA, on the same device.
        return [(_PROVIDERS[device], settings), (_PROVIDERS["cuda"], cuda)]
    own: dict[str, dict[str, Any]] = {
        "cuda": cuda,
        "gpu": {"device_type": "GPU"},
        "npu": {"device_type": "NPU"},
    }
    return [(_PROVIDERS[device], own.get(device, {}))]


def _open(
    path: Path, providers: list[tuple[str, dict[str, Any]]], device: str, threads: int
) -> tuple[Any, str]:
    """A session on a device, and what it runs on: also the processor where layers are left to it."""
    ort.set_default_logger_severity(_FATAL)
    try:
        if device == "cpu":
            return _session(path, providers, threads), device
        try:
            session, suffix = _session(path, providers, threads, alone=True), ""
        except _REFUSALS as error:
            if "fallback" not in str(error):
                raise
            session, suffix = _session(path, providers, threads), "+cpu"
    except _REFUSALS as error:
        raise ModelInvalid(
            f"{path}: not a model that ONNX Runtime can run on {device} ({_brief(error)}); "
            "fetch or export it again"
        ) from error
    if session.get_providers()[0] != providers[0][0]:
        raise DeviceMissing(f"ONNX Runtime cannot use {device} here: {_REMEDIES[device]}")
    number = ":0" if device in ("cuda", "tensorrt", "directml") else ""
    return session, device + number + suffix


def _session(
    path: Path, providers: list[tuple[str, dict[str, Any]]], threads: int, *, alone: bool = False
) -> Any:
    options = ort.SessionOptions()
    options.log_severity_level = _FATAL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Waiting threads would take the processor from the decoder.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if alone:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    session = ort.InferenceSession(str(path), options, providers=providers)
    session.disable_fallback()
    return session


def _precision(path: Path, device: str, asked: str, own: str) -> str:
    """The precision that really runs: the model's own, which only TensorRT changes."""
    if asked in ("auto", own):
        return own
    if device == "tensorrt" and own == "fp32":
        return asked
    raise ModelInvalid(
        f"{path}: its layers are {own}, and ONNX Runtime on {device} runs them so, not in {asked}; "
        f"choose the precision auto, or a model made for {asked}"
    )


def _own_precision(path: Path) -> str:
    """Whether a model computes in integers, told by the operators that its file names."""
    data = path.read_bytes()
    return "int8" if any(operator in data for operator in _INTEGER_OPERATORS) else "fp32"


def _spec(item: Any) -> TensorSpec:
    kind = str(item.type).removeprefix("tensor(").removesuffix(")")
    shape = tuple(side if isinstance(side, int) and side > 0 else None for side in item.shape)
    return TensorSpec(
        str(item.name), shape, np.dtype(_KINDS.get(kind, "float32" if kind == "string" else kind)).name
    )


def _brief(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__
