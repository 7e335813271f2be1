"""A model of floating-point numbers becomes one of 8-bit numbers, which a processor runs faster.

The ranges of values are learnt from pictures (post-training quantisation with NNCF: weights symmetric for
each channel, activations with an offset where they need one). The last convolutions and what follows them
stay as they are, for 256 steps are too few for coordinates and for scores close to a threshold; so do
convolutions of single channels.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

import openvino as ov
from openvino._offline_transformations import apply_moc_transformations

from funscribe.detect.agreement import Agreement, agreement
from funscribe.detect.detector import ModelDetector
from funscribe.detect.engine import check_file
from funscribe.detect.engines.openvino_graph import is_quantised, to_float
from funscribe.detect.options import DetectOptions
from funscribe.errors import CalibrationInvalid, DeviceMissing, ModelInvalid, OutputNotWritable
from funscribe.records import Array, Detections

OnShare = Callable[[float], None]
"""Told how far something is (0..1)."""

_EXTRA = "`pip install 'funscribe[quantise]'` brings it"
_PASSES = 2  # times that NNCF looks at each picture: for ranges, and to correct what they shift
_KEPT = ["GroupConvolution"]  # of few products for each value: in 8 bits they lose much and gain nothing
_CONVOLUTIONS = (
    "Convolution", "ConvolutionBackpropData", "GroupConvolution", "GroupConvolutionBackpropData", "MatMul",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model beside a faster one made of it, on pictures that it has not learnt from.

    Attributes:
        agreement: How far they find the same.
        before_ms: Time for one picture of the first, letterbox to boxes (ms, median).
        after_ms: That of the second, measured in turns with it (ms, median).
    """

    agreement: Agreement
    before_ms: float
    after_ms: float

    @property
    def faster(self) -> float:
        """How many times as fast the second is (ratio)."""
        return self.before_ms / self.after_ms


def quantise(model: Path, pictures: Sequence[Array], target: Path, on_share: OnShare | None = None) -> None:
    """Write a model of 8-bit numbers in OpenVINO's format, made with pictures of what it will see.

    Args:
        model: The model, of floating-point numbers.
        pictures: RGB pictures (H, W, 3), uint8.
        target: The `.xml` file to write; its `.bin` is written beside it.
        on_share: Told how far it is.

    Raises:
        CalibrationInvalid: There are no pictures.
        ModelNotFound: There is no such file.
        ModelInvalid: It cannot be read, is of 8-bit numbers already, or cannot be made so.
        DeviceMissing: The extra `quantise` is not installed.
        OutputNotWritable: The files cannot be written.
    """
    if not len(pictures):
        raise CalibrationInvalid("quantising needs pictures of what the model will see")
    nncf = _library()
    graph = _read(model)
    detector = ModelDetector(model, _in("fp32"))
    try:
        inputs = _Inputs(detector, pictures, on_share)
        with contextlib.redirect_stdout(io.StringIO()):  # where NNCF draws progress of its own
            small = nncf.quantize(
                graph,
                nncf.Dataset(range(len(pictures)), inputs),
                subset_size=len(pictures),
                preset=nncf.QuantizationPreset.MIXED,
                advanced_parameters=_ranges(nncf),
                ignored_scope=nncf.IgnoredScope(_last_names(graph), types=_KEPT, validate=False),
            )
    except (RuntimeError, nncf.InternalError, nncf.ValidationError) as error:
        raise ModelInvalid(f"{model} cannot be quantised: {str(error).strip().splitlines()[-1]}") from error
    finally:
        detector.close()
    _write(small, target)


def check_quantisable(model: Path) -> None:
    """Refuse to begin with what cannot be quantised, or without the extra; the rest takes minutes.

    Raises:
        ModelNotFound: There is no such file.
        ModelInvalid: It cannot be read, or is of 8-bit numbers already.
        DeviceMissing: The extra `quantise` is not installed.
    """
    if importlib.util.find_spec("nncf") is None:
        raise DeviceMissing(f"quantising needs the package nncf; {_EXTRA}")
    _read(model)


def compare(
    before: Path, after: Path, pictures: Sequence[Array], on_share: OnShare | None = None
) -> Comparison:
    """Return how two models do beside each other: each looks at each picture, one right after the other.

    Raises:
        CalibrationInvalid: There are no pictures, or neither model finds anything in them.
    """
    with contextlib.ExitStack() as stack:
        both = (ModelDetector(before, _in("fp32")), ModelDetector(after, _in("int8")))
        for detector in both:
            stack.callback(detector.close)
        found: tuple[list[Detections], ...] = ([], [])
        took_ms: tuple[list[float], ...] = ([], [])
        for number, picture in enumerate(pictures):
            for which in (0, 1) if number % 2 else (1, 0):
                began = time.perf_counter()
                found[which].extend(both[which].detect([picture]))
                took_ms[which].append((time.perf_counter() - began) * 1000)
            if on_share is not None:
                on_share((number + 1) / len(pictures))
    agreed = agreement(*found)
    if agreed.ours + agreed.theirs == 0:
        raise CalibrationInvalid(
            f"the model finds nothing in {len(pictures)} pictures, so nothing tells how good a smaller one "
            "is; name videos that show what it looks for"
        )
    return Comparison(agreed, median(took_ms[0]), median(took_ms[1]))


class _Inputs:
    """The inputs that a detector would give its engine, made when they are asked for, by number."""

    def __init__(self, detector: ModelDetector, pictures: Sequence[Array], on_share: OnShare | None) -> None:
        self._detector = detector
        self._pictures = pictures
        self._on_share = on_share
        self._made = 0

    def __call__(self, number: int) -> Array:
        self._made += 1
        if self._on_share is not None:
            self._on_share(min(1.0, self._made / len(self._pictures) / _PASSES))
        return self._detector.input_for(self._pictures[number])


def _library() -> Any:
    os.environ.setdefault("NNCF_CI", "1")  # the switch with which it tells nobody that it is used
    try:
        import nncf
    except ImportError as error:
        raise DeviceMissing(f"quantising needs the package nncf ({error}); {_EXTRA}") from error
    # Its own `set_log_level` would silence the handlers of the whole program.
    logging.getLogger("nncf").setLevel(logging.ERROR)
    return nncf


def _ranges(nncf: Any) -> Any:
    """Ranges of activations that lose least in rounding, by their histograms, not from least to most."""
    estimators = importlib.import_module("nncf.quantization.range_estimator")
    histogram = estimators.RangeEstimatorParametersSet.HISTOGRAM
    return nncf.AdvancedQuantizationParameters(activations_range_estimator_params=histogram)


def _in(precision: Literal["fp32", "int8"]) -> DetectOptions:
    return DetectOptions(engine="openvino", device="cpu", precision=precision)


def _read(path: Path) -> Any:
    """The graph of a model of floating-point numbers, or of one that can be turned into such."""
    path = check_file(path)
    try:
        graph = ov.Core().read_model(path)
    except RuntimeError as error:
        raise ModelInvalid(f"{path} is not a model that OpenVINO can read; export it again") from error
    to_float(graph)
    if is_quantised(graph):
        raise ModelInvalid(f"{path} is quantised already; quantise the model that it was made of")
    # Folds what exporters leave unfolded: NNCF corrects only biases that it can see as such.
    apply_moc_transformations(graph, cf=True)
    return graph


def _last_names(graph: Any) -> list[str]:
    """Names of the last convolutions on each way to an output, and of all that follows them."""
    names: set[str] = set()
    waiting = list(graph.get_results())
    while waiting:
        node = waiting.pop()
        for port in node.inputs():
            source = port.get_source_output().get_node()
            name, kind = source.get_friendly_name(), source.get_type_name()
            if kind in ("Constant", "Parameter") or name in names:
                continue
            names.add(name)
            if kind not in _CONVOLUTIONS:
                waiting.append(source)
    return sorted(names)


def _write(graph: Any, target: Path) -> None:
    try:
        ov.save_model(graph, target, compress_to_fp16=False)
    except RuntimeError as error:
        why = str(error).strip().splitlines()[-1]
        raise OutputNotWritable(f"{target} cannot be written: {why}; choose another folder") from error
