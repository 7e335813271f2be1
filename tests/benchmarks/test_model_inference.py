"""Models: batches, precisions, engines and large sources; whatever is timed finds the right boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import onnxruntime
import pytest
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from pytest_benchmark.fixture import BenchmarkFixture

from drawn import SIZES
from engines import MODELS, compare_boxes, gather_pictures
from funscribe.boxes import iou
from funscribe.detect import DetectOptions, Detector, open_detector
from funscribe.detect.quantise import quantise
from funscribe.errors import DeviceMissing, ModelInvalid
from funscribe.records import Detections
from network import SIDE, picture, write_network
from row import row, timed
from setting import Setting

ENGINES = ("openvino", "onnxruntime")
PRECISIONS = ("fp32", "bf16", "fp16", "int8")
THREADS = 2
WIDE = (SIDE, 360)
_FOUND = 0.6  # overlap with a square from which it counts as found: a cell beside its middle is enough

Opener = Callable[..., Any]


@contextmanager
def opened(path: Path, **options: Any) -> Iterator[Detector]:
    chosen = DetectOptions(**{"device": "cpu", "score": 0.5, "iou": 0.3, **options})
    detector = open_detector(path, chosen, threads=THREADS)
    try:
        yield detector
    finally:
        detector.close()


def assert_squares(found: Detections, truth: np.ndarray) -> None:
    """Each square is found once, as a ball, and nothing else is."""
    assert len(found.xyxy) == len(truth)
    overlap = iou(found.xyxy, truth)
    assert (overlap.max(0) > _FOUND).all()
    assert sorted(overlap.argmax(1)) == list(range(len(truth)))
    assert not found.class_id.any()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def network(folder: Path) -> Path:
    """The small network in FP32, for any number of pictures."""
    return write_network(folder / "bright.onnx")


class _Pictures(CalibrationDataReader):
    """What ONNX Runtime's own quantiser learns from."""

    def __init__(self, detector: Any, count: int) -> None:
        self._inputs = iter([detector.input_for(picture(WIDE, seed)[0]) for seed in range(count)])

    def get_next(self) -> dict[str, np.ndarray] | None:
        batch = next(self._inputs, None)
        return None if batch is None else {"images": batch}


@pytest.fixture(scope="module")
def made_for(folder: Path, network: Path) -> Callable[[str, str], Path]:
    """Returns the network as an engine needs it to run it in a precision."""

    def make(engine: str, precision: str) -> Path:
        if precision == "fp16" and engine == "onnxruntime":
            return write_network(folder / "half.onnx", np.float16)
        if precision != "int8":
            return network
        if engine == "openvino":
            quantise(network, [picture(WIDE, seed)[0] for seed in range(8)], folder / "bright-int8.xml")
            return folder / "bright-int8.xml"
        with opened(network, engine=engine) as detector:
            reader = _Pictures(detector, 8)
        kinds = ["Conv"]
        target = folder / "bright-int8.onnx"
        quantize_static(
            str(network), str(target), reader, quant_format=QuantFormat.QDQ, op_types_to_quantize=kinds
        )
        return target

    return make


@pytest.mark.benchmark(group="batches at 640")
@pytest.mark.parametrize("batch", [1, 4, 8, 16])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_batch_finds_what_single_pictures_show(
    benchmark: BenchmarkFixture, network: Path, engine: str, batch: int
) -> None:
    drawn = [picture(WIDE, seed) for seed in range(batch)]
    pictures = [rgb for rgb, _ in drawn]
    with opened(network, engine=engine, batch=batch) as whole, opened(network, engine=engine, batch=1) as one:
        measured = row(
            benchmark,
            lambda: whole.detect(pictures),
            against=lambda: timed(lambda: [one.detect([rgb])[0] for rgb in pictures]),
            engine=engine,
            precision=whole.precision,
            device=whole.device,
            batch=batch,
            input=SIDE,
            threads=THREADS,
            other="one by one",
            frames=batch,
        )
        assert whole.batch == batch
    for found, alone, (_, truth) in zip(measured.made, measured.other, drawn, strict=True):
        assert_squares(found, truth)
        np.testing.assert_allclose(found.xyxy, alone.xyxy, atol=0.01)
    assert 0.05 < measured.ratio < 20


@pytest.mark.benchmark(group="precisions")
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_precision_that_is_told_is_that_which_runs(
    benchmark: BenchmarkFixture,
    network: Path,
    made_for: Callable[[str, str], Path],
    engine: str,
    precision: str,
) -> None:
    rgb, truth = picture(WIDE)
    path = made_for(engine, precision)
    try:
        detector = open_detector(
            path, DetectOptions(engine=engine, device="cpu", precision=precision, score=0.5, iou=0.3)
        )
    except (DeviceMissing, ModelInvalid) as error:
        pytest.skip(str(error).replace(f"{path}: ", ""))
    with opened(network, engine=engine, precision="fp32") as plain:
        measured = row(
            benchmark,
            lambda: detector.detect([rgb])[0],
            against=lambda: timed(lambda: plain.detect([rgb])[0]),
            rounds=9,
            engine=engine,
            precision=precision,
            batch=1,
            input=SIDE,
            other="fp32",
            frames=1,
        )
    assert detector.precision == precision
    detector.close()
    assert_squares(measured.made, truth)
    assert_squares(measured.other, truth)
    assert 0.02 < measured.ratio < 50


@pytest.mark.benchmark(group="sources")
@pytest.mark.parametrize("batch", [1, 4, 8])
@pytest.mark.parametrize("resolution", ["1080p", "4K", "8K"])
def test_boxes_are_told_in_pixels_of_a_large_source(
    benchmark: BenchmarkFixture, network: Path, resolution: str, batch: int
) -> None:
    size_wh = SIZES[resolution][0]
    rgb, truth = picture(size_wh)
    small, small_truth = picture(WIDE)
    with opened(network, batch=batch) as detector:
        measured = row(
            benchmark,
            lambda: detector.detect([rgb] * batch),
            against=lambda: timed(lambda: detector.detect([small] * batch)),
            engine=detector.engine,
            precision=detector.precision,
            resolution=resolution,
            batch=batch,
            other="pictures of 640x360",
            frames=batch,
        )
    assert len(measured.made) == len(measured.other) == batch
    for large, other in zip(measured.made, measured.other, strict=True):
        assert_squares(large, truth)
        assert_squares(other, small_truth)
        np.testing.assert_allclose(large.xyxy, other.xyxy * (size_wh[0] / SIDE), atol=8 * size_wh[0] / SIDE)


@pytest.mark.benchmark(group="opening")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_model_that_was_opened_before_is_the_same(
    benchmark: BenchmarkFixture, network: Path, engine: str
) -> None:
    rgb, truth = picture(WIDE)

    def first_box() -> Detections:
        with opened(network, engine=engine) as detector:
            return detector.detect([rgb])[0]

    took, fresh = timed(first_box)
    again = row(benchmark, first_box, engine=engine, opened_first_s=round(took, 3)).made
    assert_squares(again, truth)
    np.testing.assert_array_equal(again.xyxy, fresh.xyxy)
    np.testing.assert_array_equal(again.score, fresh.score)


@pytest.mark.benchmark(group="real models")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("model", [m for m in MODELS if not m.dynamic], ids=lambda model: model.name)
def test_a_real_model_finds_what_a_plain_detector_finds(
    benchmark: BenchmarkFixture, real: Setting, model: Any, engine: str
) -> None:
    path = real.data / "models" / model.file
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    options = DetectOptions(score=0.25, engine=engine, device="cpu")
    pictures = gather_pictures(real).values()
    with opened(path, engine=engine) as detector:
        row(
            benchmark,
            lambda: [detector.detect([rgb]) for rgb in pictures],
            rounds=2,
            model=model.name,
            engine=engine,
            precision=detector.precision,
            input=model.side,
            frames=len(pictures),
        )
    far, lost, count, score = compare_boxes(real, model, path, path, options)
    assert count >= 12  # people, a bus and balls on four pictures
    assert lost == 0
    assert far < 0.5  # px
    assert score < 0.01
    benchmark.extra_info.update(boxes=count, furthest_px=round(far, 4))


@pytest.mark.gpu
@pytest.mark.benchmark(group="devices")
@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("device", ["cuda", "tensorrt"])
def test_a_graphics_card_finds_what_the_processor_finds(
    benchmark: BenchmarkFixture,
    network: Path,
    no_gpu: Callable[[str], NoReturn],
    device: str,
    batch: int,
) -> None:
    try:
        detector = open_detector(
            network, DetectOptions(engine="onnxruntime", device=device, batch=batch, score=0.5, iou=0.3)
        )
    except DeviceMissing as error:
        (no_gpu if device == "cuda" else pytest.skip)(str(error))
    beside_the_processor(benchmark, network, detector, device, batch)


@pytest.mark.benchmark(group="devices")
@pytest.mark.parametrize(
    ("engine", "device"),
    [("onnxruntime", "coreml"), ("onnxruntime", "directml"), ("openvino", "gpu"), ("openvino", "npu")],
)
def test_another_device_finds_what_the_processor_finds(
    benchmark: BenchmarkFixture, network: Path, engine: str, device: str
) -> None:
    try:
        detector = open_detector(network, DetectOptions(engine=engine, device=device, score=0.5, iou=0.3))
    except DeviceMissing as error:
        pytest.skip(str(error))
    beside_the_processor(benchmark, network, detector, device, 1)


def beside_the_processor(
    benchmark: BenchmarkFixture, network: Path, detector: Detector, device: str, batch: int
) -> None:
    rgb, truth = picture(WIDE)
    with opened(network, batch=batch) as plain:
        measured = row(
            benchmark,
            lambda: detector.detect([rgb] * batch),
            against=lambda: timed(lambda: plain.detect([rgb] * batch)),
            engine=detector.engine,
            device=detector.device,
            precision=detector.precision,
            batch=batch,
            input=SIDE,
            other=f"{plain.engine} on {plain.device}",
            frames=batch,
        )
    assert detector.device.startswith(device)
    detector.close()
    for found in (*measured.made, *measured.other):
        assert_squares(found, truth)


def test_nothing_else_runs_for_a_device_that_is_missing(network: Path) -> None:
    """What makes the rows above mean something: none of them is the processor in disguise."""
    there = onnxruntime.get_available_providers()
    missing = "directml" if "DmlExecutionProvider" not in there else "coreml"
    with pytest.raises(DeviceMissing, match="pip install"):
        open_detector(network, DetectOptions(engine="onnxruntime", device=missing))
