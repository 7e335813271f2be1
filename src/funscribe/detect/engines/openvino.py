"""The door to OpenVINO: the engine for processors, and for Intel's graphics and neural devices."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from funscribe.detect.engine import check_file
from funscribe.detect.engines.openvino_loading import Loading, brief, library
from funscribe.detect.options import DetectOptions
from funscribe.errors import DeviceMissing, ModelInvalid
from funscribe.records import Array


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
        self._use(Loading(path, device, options, threads))

    def _use(self, loading: Loading) -> None:
        self._loading = loading
        self.device = loading.device.lower()
        self._say()
        self._begun = False  # requests are made when the first batch is there
        self._idle: list[Any] = []
        self._under_way: deque[_Begun] = deque()
        self._lock = threading.RLock()

    def _say(self) -> None:
        """Say what is known of the model; how it runs may be known better once it is compiled."""
        told = self._loading.told()
        self.metadata: Mapping[str, str] = told.metadata
        self.precision, self.at_once = told.precision, told.at_once
        self.inputs, self.outputs = told.inputs, told.outputs

    def at_size(self, size_wh: tuple[int, int]) -> OpenVINOEngine | None:
        """Return the model for a smaller input than its own (px), None where its graph does not allow that.

        Cells that lie in the smaller input are those of the first lines and columns of the larger one.
        """
        loading = (replace(self._loading) if self._begun else self._loading).at_size(size_wh)
        if not loading.told().outputs:
            return None
        smaller = object.__new__(type(self))
        smaller._use(loading)
        return smaller

    def run(self, batch: Array) -> tuple[Array, ...]:
        """Return the outputs for one batch of the first input."""
        return self.start(batch).result()

    def start(self, batch: Array) -> _Begun:
        """Begin with a batch and return at once, unless `at_once` batches are under way already."""
        with self._lock:
            if not self._begun:
                compiled = self._loading.compiled()
                self._say()
                self._idle = [compiled.create_infer_request() for _ in range(self.at_once)]
                self._begun = True
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
                    f"the model refuses a batch of shape {batch.shape}: {brief(error)}"
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
            self._loading.release()


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


def devices() -> dict[str, str]:
    """Return the devices that are there, each with the name that it gives itself."""
    core = library()
    return {name.lower(): str(core.get_property(name, "FULL_DEVICE_NAME")) for name in core.available_devices}


def _device(wanted: str) -> str:
    """OpenVINO's name of a device that is there."""
    if wanted == "auto":
        return "CPU"
    if wanted not in ("cpu", "gpu", "npu"):
        raise DeviceMissing(
            f"OpenVINO does not run on {wanted!r}; choose the engine onnxruntime, or cpu, gpu or npu"
        )
    there = library().available_devices
    found: list[str] = [name for name in there if name.partition(".")[0] == wanted.upper()]
    if not found:
        raise DeviceMissing(
            f"OpenVINO finds no {wanted} here, only {', '.join(there).lower()}; install its driver "
            "or choose another device"
        )
    return found[0]
