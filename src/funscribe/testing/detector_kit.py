"""What every detector must do: a public check, also for detectors of others.

    from funscribe.testing.detector_kit import check_detector
    check_detector(MyDetector, "model.onnx")

Any model will do, also one that finds nothing in noise. A check that fails is an AssertionError that says
what was wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from funscribe.detect.detector import Detector
from funscribe.detect.options import DetectOptions
from funscribe.records import Array, Detections

Opener = Callable[..., Detector]
_SIZE_WH = (96, 54)


def check_detector(opener: Opener, model: str | Path) -> None:
    """Check a detector.

    Args:
        opener: What is registered in the group `funscribe.detectors`.
        model: A model it can run.

    Raises:
        AssertionError: It does not do what a detector must.
    """
    detector = opener(model, DetectOptions(score=0.01), threads=1)
    try:
        _check_told(detector)
        pictures = [_picture(seed) for seed in range(detector.batch + 3)]
        alone = [_one(detector, picture) for picture in pictures]
        _check_together(detector, pictures, alone)
        _check_sizes(detector)
        _check_wrong_pictures(detector)
        assert detector.detect([]) == [], "no pictures are no detections"
    finally:
        detector.close()
    detector.close()  # twice is no harm


def _picture(seed: int, size_wh: tuple[int, int] = _SIZE_WH) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (size_wh[1], size_wh[0], 3), np.uint8)


def _check_told(detector: Detector) -> None:
    assert detector.engine, "a detector tells its engine"
    assert detector.device, "a detector tells what runs it"
    assert detector.precision, "a detector tells the precision it runs in"
    assert detector.batch >= 1, f"at least one picture is handed over at once, not {detector.batch}"
    assert detector.dropped == 0, "nothing is dropped before anything was looked at"
    assert all(isinstance(name, str) for name in detector.classes), "classes are names"


def _one(detector: Detector, picture: Array) -> Detections:
    before = picture.copy()
    dropped = detector.dropped
    found = detector.detect([picture])
    assert np.array_equal(picture, before), "the picture was changed"
    assert len(found) == 1, f"one picture gave {len(found)} records"
    assert detector.dropped >= dropped, "dropped boxes are counted up"
    _check_boxes(found[0], detector, (picture.shape[1], picture.shape[0]))
    return found[0]


def _check_boxes(found: Detections, detector: Detector, size_wh: tuple[int, int]) -> None:
    assert np.isfinite(found.xyxy).all(), "a box is not a number"
    assert np.isfinite(found.score).all(), "a score is not a number"
    assert (found.xyxy[:, 2:] >= found.xyxy[:, :2]).all(), "a box has a negative size"
    assert (found.xyxy >= 0).all(), "a box reaches out of the picture"
    assert (found.xyxy <= np.tile(size_wh, 2)).all(), "a box reaches out of the picture"
    assert ((found.score >= 0) & (found.score <= 1)).all(), "a score is not in 0..1"
    assert (np.diff(found.score) <= 0).all(), "the surest box is not the first"
    assert (found.class_id >= 0).all(), "a class is negative"
    if detector.classes:
        assert (found.class_id < len(detector.classes)).all(), "a class has no name"


def _check_together(detector: Detector, pictures: list[Array], alone: list[Detections]) -> None:
    """Any number of pictures at once gives what each gives alone, also while others are looked at."""
    for count in (1, 2, len(pictures)):
        for found, wanted in zip(detector.detect(pictures[:count]), alone[:count], strict=True):
            assert _same(found, wanted), f"{count} pictures together gave other boxes than one by one"
    begun = [detector.start([picture]) for picture in pictures]
    for place in reversed(range(len(begun))):
        assert _same(begun[place].result()[0], alone[place]), (
            f"picture {place} gave other boxes while others ran"
        )


def _check_sizes(detector: Detector) -> None:
    """Boxes are told in the size that was asked for, whatever the size of the pictures handed over."""
    for size_wh in ((640, 480), (48, 200), (1, 1)):
        wanted = detector.wanted_size(size_wh)
        assert min(wanted) >= 1, f"a picture of {wanted} px was asked for"
        for handed in (wanted, size_wh):
            found = detector.detect([_picture(0, handed)], size_wh)
            assert len(found) == 1, f"one picture gave {len(found)} records"
            _check_boxes(found[0], detector, size_wh)


def _check_wrong_pictures(detector: Detector) -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)):
        try:
            detector.detect([wrong])
        except ValueError:
            continue
        raise AssertionError(f"a picture of shape {wrong.shape} {wrong.dtype} was taken")


def _same(a: Detections, b: Detections) -> bool:
    return (
        len(a) == len(b)
        and np.array_equal(a.class_id, b.class_id)
        and np.allclose(a.xyxy, b.xyxy, atol=0.1)
        and np.allclose(a.score, b.score, atol=1e-3)
    )
