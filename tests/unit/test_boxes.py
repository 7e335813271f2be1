import numpy as np

from funscribe.boxes import area, clip, iou, sensible

BOXES = np.array([[0, 0, 10, 10], [5, 5, 15, 15], [20, 20, 20, 30], [8, 8, 2, 2]], np.float32)


def test_area_of_an_empty_or_turned_box_is_zero() -> None:
    assert area(BOXES).tolist() == [100, 100, 0, 0]


def test_iou_by_hand() -> None:
    shared = iou(BOXES[:2], BOXES[:2])
    assert np.allclose(shared, [[1, 25 / 175], [25 / 175, 1]])
    assert iou(BOXES[2:3], BOXES[2:3]) == 0
    assert iou(BOXES[:0], BOXES).shape == (0, 4)


def test_clip_keeps_what_is_inside() -> None:
    assert clip(np.array([[-5, 2, 50, 8]], np.float32), (20, 6)).tolist() == [[0, 2, 20, 6]]


def test_sensible_refuses_what_no_box_is() -> None:
    odd = np.array([[0, 0, np.nan, 1], [0, 0, np.inf, 1], [-9, -9, -1, -1], [30, 0, 40, 5], [-5, 0, 5, 5]])
    assert sensible(BOXES).tolist() == [True, True, False, False]
    assert sensible(odd, (20, 20)).tolist() == [False, False, False, False, True]
