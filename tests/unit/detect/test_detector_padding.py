"""Grey around pictures in a model of a fixed size: as the model is, or as little as its graph allows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funscribe.detect.detector import ModelDetector
from funscribe.detect.options import DetectOptions

Build = Callable[..., Path]
WIDE = (1280, 700)  # 128 x 70 px in the input, of which 96 lines are needed


def opened(path: Path, **options: Any) -> ModelDetector:
    return ModelDetector(path, DetectOptions(**{"score": 0.25, "iou": 1.0, **options}), threads=1)


def picture(size_wh: tuple[int, int] = (128, 70), seed: int = 0) -> Any:
    """Noise in which the cells that are darkest and brightest are a matter of chance."""
    return np.random.default_rng(seed).integers(0, 256, (size_wh[1], size_wh[0], 3)).astype(np.uint8)


def input_shape(detector: ModelDetector) -> Any:
    return detector.input_for(picture()).shape


def test_by_itself_a_picture_gets_the_whole_input(baked: Build) -> None:
    path = baked()
    for padding in ("auto", "full"):
        detector = opened(path, padding=padding)
        assert input_shape(detector) == (1, 3, 128, 128)
        detector.close()


def test_as_little_grey_as_there_can_be(baked: Build) -> None:
    detector = opened(baked(), padding="least")
    assert detector.wanted_size(WIDE) == (128, 70)
    assert input_shape(detector) == (1, 3, 96, 128)
    assert detector.input_for(picture((70, 128))).shape == (1, 3, 128, 96)
    assert detector.input_for(picture((90, 90))).shape == (1, 3, 128, 128)
    detector.close()


@pytest.mark.parametrize("options", [{}, {"engine": "onnxruntime"}])
def test_what_cannot_be_smaller_finds_the_same_as_before(baked: Build, options: Any) -> None:
    path = baked(*(() if options else ("odd",)), scores=0.001 if not options else 1.0)
    full, least = (opened(path, padding=padding, score=0.0, **options) for padding in ("full", "least"))
    assert input_shape(least) == (1, 3, 128, 128)
    one, other = full.detect([picture()], WIDE)[0], least.detect([picture()], WIDE)[0]
    assert len(one)
    assert np.array_equal(one.xyxy, other.xyxy)
    assert np.array_equal(one.score, other.score)
    full.close()
    least.close()


@pytest.mark.parametrize("extra", [(), ("sizes", "focus")])
@pytest.mark.parametrize("size_wh", [(128, 64), (64, 128)])
def test_cells_of_the_picture_are_found_where_they_were(baked: Build, extra: Any, size_wh: Any) -> None:
    # With 32 px of grey on either side in full, cells of 8, 16 and 32 px see the same pixels either way.
    path = baked(*extra)
    full, least = (
        opened(path, padding=padding, score=0.0, max_boxes=10_000) for padding in ("full", "least")
    )
    seen = picture(size_wh, 5)
    large = (size_wh[0] * 10, size_wh[1] * 10)
    one, other = full.detect([seen], large)[0], least.detect([seen], large)[0]
    assert len(other) == (128 * 64) * (1 / 64 + 1 / 256 + 1 / 1024)
    mine = sorted(zip(other.xyxy.round(3).tolist(), other.score.round(5).tolist(), strict=True))
    theirs = set()
    for box, score in zip(one.xyxy.round(3).tolist(), one.score.round(5).tolist(), strict=True):
        theirs.add((*box, score))
    assert all((*box, score) in theirs for box, score in mine)
    full.close()
    least.close()


def test_many_sizes_one_after_another(baked: Build) -> None:
    detector = opened(baked(), padding="least", score=0.0)
    sizes = [(128, 40), (40, 128), (128, 90), (90, 128), (128, 70), (64, 128), (128, 128), (128, 40)]
    begun = [detector.start([picture(size_wh)]) for size_wh in sizes]
    counts = [len(sought.result()[0]) for sought in begun]
    assert counts[0] == counts[-1]
    assert min(counts) > 0
    detector.close()


def test_a_real_model_finds_the_same_people(shared_data: Path) -> None:
    import cv2

    path = shared_data / "models" / "yolo11n_int8_achmad.onnx"
    image = cv2.cvtColor(cv2.imread(str(shared_data / "images" / "zidane.jpg")), cv2.COLOR_BGR2RGB)
    full, least = (opened(path, padding=padding, score=0.5, iou=0.7) for padding in ("full", "least"))
    one, other = full.detect([image])[0], least.detect([image])[0]
    assert one.class_id.tolist() == other.class_id.tolist()
    assert np.abs(one.xyxy - other.xyxy).max() < 0.03 * image.shape[1]
    assert least.input_for(image).shape == (1, 3, 192, 320)
    full.close()
    least.close()
