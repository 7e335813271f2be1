"""Pictures go in, boxes in pixels of the picture come out, whatever the model's shapes are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from funscribe.detect.detector import ModelDetector, open_detector
from funscribe.detect.options import DetectOptions
from funscribe.errors import HeadUnknown, ModelInvalid, ModelNotFound

Build = Callable[..., Path]
NAMES = {"names": "{0: 'ball', 1: 'hand'}"}


def opened(path: Path, **options: Any) -> ModelDetector:
    detector = open_detector(path, DetectOptions(**{"score": 0.3, **options}), threads=1)
    assert isinstance(detector, ModelDetector)
    return detector


def picture(value: int = 0, size_wh: tuple[int, int] = (128, 64)) -> Any:
    return np.full((size_wh[1], size_wh[0], 3), value, np.uint8)


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("half", [False, True])
def test_boxes_come_in_pixels_of_the_picture(build: Build, found_at: Any, engine: str, half: bool) -> None:
    values = found_at(
        (32, 16, 16, 8, 0.9, 1), (8, 8, 4, 4, 0.5, 0), (9, 8, 4, 4, 0.4, 0), (1, 1, 1, 1, 0.1, 0)
    )
    detector = opened(build(values, metadata=NAMES, half=half), engine=engine, iou=0.5)
    assert detector.classes == ("ball", "hand")
    (found,) = detector.detect([picture()])
    assert found.xyxy.tolist() == [[48, 24, 80, 40], [12, 12, 20, 20]]
    assert found.score.tolist() == pytest.approx([0.9, 0.5], abs=1e-3)
    assert found.class_id.tolist() == [1, 0]
    assert detector.dropped == 0
    detector.close()


def test_boxes_of_a_shrunk_picture_are_told_in_the_size_of_the_whole(build: Build, found_at: Any) -> None:
    detector = opened(build(found_at((32, 16, 64, 18, 0.9, 1))))
    size_wh = (1920, 540)
    assert detector.wanted_size(size_wh) == (64, 18)
    for handed in ((64, 18), (640, 180), (333, 44)):
        (found,) = detector.detect([picture(9, handed)], size_wh)
        assert found.xyxy.tolist() == [[0, 0, 1920, 540]]
    detector.close()


@pytest.mark.parametrize(("batch", "count"), [(1, 4), (8, 3), (4, 9), ("n", 1), ("n", 5)])
@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_every_picture_gets_its_own_boxes(
    build: Build, found_at: Any, batch: Any, count: int, engine: str
) -> None:
    values, weight = found_at((32, 16, 8, 8, 0, 0)), found_at((0, 0, 0, 0, 1, 0))
    path = build(values, brightness=weight, batch=batch, metadata=NAMES)
    detector = opened(path, engine=engine, batch=2, score=0)
    assert detector.batch == (batch if isinstance(batch, int) else 2)
    pictures = [picture(20 * place) for place in range(count)]
    found = detector.detect(pictures)
    assert len(found) == count
    best = [float(one.score[0]) for one in found]
    assert best == pytest.approx([20 * place / 255 for place in range(count)], abs=1e-5)
    begun = [detector.start([one]) for one in pictures]
    assert [float(one.result()[0].score[0]) for one in begun] == pytest.approx(best)
    detector.close()


def test_a_model_of_no_fixed_size_looks_at_no_more_than_it_must(build: Build, found_at: Any) -> None:
    path = build(
        found_at((48, 16, 8, 8, 0.9, 1)),
        batch="n",
        size_wh=("w", "h"),
        metadata={**NAMES, "imgsz": "[96, 96]"},
        told=("n", 6, "p"),
    )
    detector = opened(path)
    assert detector.wanted_size((192, 60)) == (96, 30)
    (found,) = detector.detect([picture(0, (192, 60))])
    # Of an input of 96x32 the picture takes the lines 1 to 31.
    assert found.xyxy.tolist() == [[88, 22, 104, 38]]
    detector.close()


def test_invalid_boxes_are_dropped_and_counted(build: Build, found_at: Any) -> None:
    nan, inf = float("nan"), float("inf")
    values = found_at(
        (nan, 8, 4, 4, 0.9, 0), (8, 8, -4, 4, 0.9, 0), (8, 8, 0, 4, 0.9, 0), (200, 8, 4, 4, 0.9, 0),
        (8, 8, inf, 4, 0.9, 0), (8, 8, 4, 4, nan, 0), (0, 0, 20, 20, 0.8, 0),
    )  # fmt: skip
    detector = opened(build(values))
    (found,) = detector.detect([picture()])
    assert found.xyxy.tolist() == [[0, 0, 20, 20]]
    assert detector.dropped == 6
    detector.detect([picture()])
    assert detector.dropped == 12
    detector.close()


def test_an_output_of_no_numbers_is_an_empty_picture(build: Build) -> None:
    detector = opened(build(np.full((6, 42), np.nan)))
    (found,) = detector.detect([picture()])
    assert len(found) == 0
    assert detector.dropped == 42
    detector.close()


def test_finding_nothing_is_legal(build: Build) -> None:
    detector = opened(build(np.zeros((6, 42))))
    (found,) = detector.detect([picture()])
    assert (found.xyxy.shape, detector.dropped) == ((0, 4), 0)
    detector.close()


def test_end_to_end_boxes_are_taken_as_they_are(build: Build) -> None:
    rows = np.zeros((20, 6), np.float32)
    rows[:4] = [[8, 8, 16, 16, 0.5, 0], [8, 8, 16, 15.9, 0.9, 0], [1, 1, 2, 2, 0.6, 7], [1, 1, 2, 2, 0.6, -1]]
    detector = opened(build(rows, metadata={**NAMES, "end2end": "True"}), max_boxes=5)
    (found,) = detector.detect([picture()])
    assert found.score.tolist() == pytest.approx([0.9, 0.5])
    assert detector.dropped == 2  # of classes that the model does not have
    detector.close()


def test_yolox_is_given_its_own_pictures(build: Build) -> None:
    rows = np.zeros((42, 7), np.float32)
    rows[0] = (1, 1, np.log(2), np.log(1), 0.0, 1, 0)
    weight = np.zeros_like(rows)
    weight[0, 4] = 1 / 255
    detector = opened(build(rows, brightness=weight))
    (found,) = detector.detect([picture(204)])  # not scaled to 0..1: the mean is 204
    assert found.score.tolist() == pytest.approx([0.8])
    assert found.xyxy.tolist() == [[0, 8, 32, 24]]
    detector.close()


def test_of_segmentation_the_boxes_are_used(build: Build, found_at: Any) -> None:
    values = np.concatenate([found_at((32, 16, 8, 8, 0.9, 1)), np.ones((32, 42), np.float32)])
    detector = opened(build(values, masks=32, metadata={**NAMES, "task": "segment"}))
    (found,) = detector.detect([picture()])
    assert found.class_id.tolist() == [1]
    detector.close()


def test_five_thousand_boxes_in_a_picture(build: Build) -> None:
    rng = np.random.default_rng(0)
    rows = np.zeros((5000, 7), np.float32)
    rows[:, 0], rows[:, 1] = rng.uniform(0, 64, 5000), rng.uniform(0, 32, 5000)
    rows[:, 2:4], rows[:, 4], rows[:, 5] = 3, rng.uniform(0.4, 1, 5000), 1
    detector = opened(build(rows), head="objectness", max_boxes=100)
    (found,) = detector.detect([picture()])
    assert len(found) == 100
    detector.close()


def test_classes_come_from_a_file(build: Build, found_at: Any, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("left\nright\n", encoding="utf-8")
    detector = opened(build(found_at()), classes=str(names))
    assert detector.classes == ("left", "right")
    detector.close()
    names.write_text("left\n", encoding="utf-8")
    with pytest.raises(ModelInvalid, match="names 1 classes, but the model has 2"):
        opened(build(found_at(), metadata=NAMES), classes=str(names))


def test_a_file_of_classes_tells_a_head_that_shapes_do_not(
    build: Build, found_at: Any, tmp_path: Path
) -> None:
    path = build(found_at((32, 16, 8, 8, 0.9, 1)).T)
    names = tmp_path / "names.txt"
    names.write_text("left\nright\n", encoding="utf-8")
    detector = opened(path, classes=str(names))
    assert detector.detect([picture()])[0].class_id.tolist() == [1]
    detector.close()


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(build: Build, wrong: Any) -> None:
    detector = opened(build(np.zeros((6, 42))))
    with pytest.raises(ValueError, match="a picture is"):
        detector.detect([wrong])
    with pytest.raises(ValueError, match="of one size"):
        detector.detect([picture(0, (8, 8)), picture(0, (8, 9))])
    assert detector.detect([]) == []
    detector.close()


def test_bad_models_are_refused(build: Build, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"nothing\.onnx"):
        opened(tmp_path / "nothing.onnx")
    with pytest.raises(HeadUnknown, match=r"odd\.onnx.*\(1, 3, 3\)"):
        opened(build(np.zeros((3, 3)), "odd.onnx"))


def test_pictures_under_way_are_found_though_nobody_waits(build: Build, found_at: Any) -> None:
    detector = opened(build(found_at((32, 16, 8, 8, 0.9, 1))))
    begun = [detector.start([picture(value)]) for value in range(12)]
    begun[3].result()
    del begun
    assert len(detector.detect([picture()])[0]) == 1
    detector.close()


@pytest.fixture
def bus(shared_data: Path) -> Any:
    return cv2.cvtColor(cv2.imread(str(shared_data / "images" / "bus.jpg")), cv2.COLOR_BGR2RGB)


@pytest.mark.parametrize(
    ("model", "person", "vehicle"),
    [("yolox_nano_bigisland", 0, 5), ("yolo11n_int8_achmad", 0, 5), ("yolov8n-seg_int8_udaypartha", 0, 5)],
)
def test_real_models_see_the_bus_and_the_people(
    shared_data: Path, bus: Any, model: str, person: int, vehicle: int
) -> None:
    detector = opened(shared_data / "models" / f"{model}.onnx", score=0.4)
    (found,) = detector.detect([bus])
    assert set(found.class_id.tolist()) == {person, vehicle}
    assert (found.class_id == person).sum() >= 3
    box = found.xyxy[found.class_id == vehicle][0]
    assert box.tolist() == pytest.approx([20, 232, 803, 738], abs=20)
    detector.close()


def test_the_model_that_finds_nothing_finds_nothing(shared_data: Path, bus: Any) -> None:
    detector = opened(shared_data / "models" / "finds_nothing.onnx", score=0.1)
    assert len(detector.detect([bus])[0]) == 0
    detector.close()


def test_another_head_is_refused_with_its_shapes(shared_data: Path) -> None:
    with pytest.raises(HeadUnknown, match=r"nanodet_m.*\(1, 2704, 80\).*\(1, 169, 32\)"):
        opened(shared_data / "models" / "nanodet_m_hpc203.onnx")
