"""Raw outputs of one picture become candidate boxes, each head by its own small function."""

from __future__ import annotations

import numpy as np
import pytest

from funscribe.detect.decode import DECODERS, anchor_free, end_to_end, grid, objectness, yolox
from funscribe.errors import HeadUnknown

SIZE = (64, 32)


def test_anchor_free_rows_are_centre_sides_and_classes() -> None:
    rows = np.array([[10, 20, 4, 6, 0.1, 0.8], [1, 1, 2, 2, 0.2, 0.3], [5, 5, 2, 2, 0.5, 0.1]], np.float32)
    xyxy, score, class_id = anchor_free(rows, 0.4, SIZE)
    assert xyxy.tolist() == [[8, 17, 12, 23], [4, 4, 6, 6]]
    assert score.tolist() == pytest.approx([0.8, 0.5])
    assert class_id.tolist() == [1, 0]


def test_objectness_scales_the_classes() -> None:
    rows = np.array([[10, 20, 4, 6, 0.5, 0.1, 0.8], [1, 1, 2, 2, 0.9, 0.1, 0.2]], np.float32)
    xyxy, score, class_id = objectness(rows, 0.3, SIZE)
    assert (xyxy.tolist(), class_id.tolist()) == ([[8, 17, 12, 23]], [1])
    assert score.tolist() == pytest.approx([0.4])


def test_yolox_rows_are_in_cells_with_logarithms() -> None:
    corner, side = grid(SIZE)
    assert len(corner) == 8 * 4 + 4 * 2 + 2 * 1
    rows = np.zeros((len(corner), 7), np.float32)
    rows[8 + 3, :] = 0.5, 0.25, np.log(2), np.log(0.5), 0.8, 1.0, 0  # second line, fourth column of stride 8
    rows[32 + 8 + 1, :] = 0, 0, 0, 0, 1, 0, 0.9  # second column of stride 32
    xyxy, score, class_id = yolox(rows, 0.5, SIZE)
    assert xyxy[0].tolist() == pytest.approx([28 - 8, 10 - 2, 28 + 8, 10 + 2])
    assert xyxy[1].tolist() == pytest.approx([32 - 16, -16, 32 + 16, 16])
    assert score.tolist() == pytest.approx([0.8, 0.9])
    assert class_id.tolist() == [0, 1]
    assert side[8 + 3].tolist() == [8]


def test_yolox_of_another_size_is_refused() -> None:
    with pytest.raises(HeadUnknown, match="64x32 px has 42 places, this one 41"):
        yolox(np.zeros((41, 7), np.float32), 0.5, SIZE)


def test_end_to_end_rows_are_boxes_already() -> None:
    rows = np.array([[1, 2, 3, 4, 0.9, 1], [1, 2, 3, 4, 0.1, 0], [5, 6, 7, 8, 0.5, 0]], np.float32)
    xyxy, score, class_id = end_to_end(rows, 0.3, SIZE)
    assert xyxy.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert score.tolist() == pytest.approx([0.9, 0.5])
    assert class_id.tolist() == [1, 0]


@pytest.mark.parametrize("kind", [-1.0, np.nan])
def test_an_end_to_end_box_of_no_class_is_no_box(kind: float) -> None:
    rows = np.array([[1, 2, 3, 4, 0.9, kind]], np.float32)
    xyxy, _, class_id = end_to_end(rows, 0.3, SIZE)
    assert np.isnan(xyxy).all()
    assert class_id.tolist() == [0]


@pytest.mark.parametrize("kind", DECODERS)
def test_nothing_below_the_score_is_nothing(kind: str) -> None:
    places = len(grid(SIZE)[0])
    xyxy, score, class_id = DECODERS[kind](
        np.zeros((places, 7), np.float32)[:, : 7 if kind != "x" else 6], 0.1, SIZE
    )
    assert (xyxy.shape, score.shape, class_id.shape) == ((0, 4), (0,), (0,))


@pytest.mark.parametrize("kind", DECODERS)
def test_what_is_not_a_number_stays_to_be_counted(kind: str) -> None:
    places = len(grid(SIZE)[0])
    with np.errstate(invalid="ignore"):
        xyxy, score, class_id = DECODERS[kind](np.full((places, 6), np.nan, np.float32), 0.1, SIZE)
    assert len(xyxy) == len(score) == len(class_id) == places


def test_a_side_without_end_is_no_error() -> None:
    rows = np.zeros((42, 6), np.float32)
    rows[:, 2:] = (500, 500, 1, 1)
    xyxy, _, _ = yolox(rows, 0.5, SIZE)
    assert not np.isfinite(xyxy).any()
