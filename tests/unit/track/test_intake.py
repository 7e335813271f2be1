"""What enters a tracker: rising times, boxes that are boxes, options within their bounds."""

import numpy as np
import pytest

from funscribe.errors import RecipeInvalid
from funscribe.records import Detections
from funscribe.track.intake import FARTHEST, Clock, affine_of, options_of, sift
from funscribe.track.options import BotSortOptions, ByteTrackOptions

BOXES = np.array([[0.0, 0, 10, 20], [30, 40, 60, 90], [-5, -5, 3, 3]])


def _found(boxes: np.ndarray, score: list[float], looks: np.ndarray | None = None) -> Detections:
    return Detections(boxes, np.array(score), np.arange(len(boxes)), looks)


def test_a_clock_tells_how_long_each_step_was() -> None:
    clock = Clock()
    assert [clock.step(t) for t in (5.0, 5.5, 5.75)] == [0.0, 0.5, 0.25]


@pytest.mark.parametrize("later", [5.0, 4.9, float("nan"), float("inf")])
def test_a_time_that_does_not_rise_is_refused_and_forgotten(later: float) -> None:
    clock = Clock()
    clock.step(5.0)
    with pytest.raises(ValueError, match="time_s must"):
        clock.step(later)
    assert clock.step(5.5) == 0.5


def test_good_boxes_pass_as_they_are() -> None:
    found, dropped = sift(_found(BOXES, [0.0, 0.5, 1.0]))
    assert dropped == 0
    np.testing.assert_array_equal(found.xyxy, BOXES)
    assert found.xyxy.dtype == found.score.dtype == np.float64
    assert found.class_id.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "bad",
    [
        [np.nan, 0, 1, 1],
        [0, 0, np.inf, 1],
        [-np.inf, 0, 1, 1],
        [5, 0, 5, 9],
        [5, 0, 1, 9],
        [0, 9, 5, 1],
        [0, 0, 2 * FARTHEST, 5],
        [-3e38, 0, 3e38, 5],
    ],
)
def test_a_box_that_is_none_is_dropped_alone(bad: list[float]) -> None:
    found, dropped = sift(_found(np.vstack([BOXES, bad]), [0.1, 0.2, 0.3, 0.4]))
    assert dropped == 1
    np.testing.assert_array_equal(found.xyxy, BOXES)


def test_scores_that_are_no_numbers_are_dropped_and_others_cut() -> None:
    found, dropped = sift(_found(BOXES, [np.nan, 7.0, -1.0]))
    assert dropped == 1
    assert found.score.tolist() == [1.0, 0.0]
    assert found.class_id.tolist() == [1, 2]


def test_embeddings_become_unit_vectors_and_broken_ones_go() -> None:
    looks = np.array([[3.0, 4], [np.nan, 1], [0, 0]])
    found, dropped = sift(_found(BOXES, [0.5, 0.5, 0.5], looks))
    assert dropped == 1
    np.testing.assert_allclose(found.embedding, [[0.6, 0.8], [0, 0]], rtol=1e-6)


def test_thousands_of_good_boxes_are_not_taken_for_far_away() -> None:
    many = np.tile([8000.0, 4000, 8192, 4320], (50_000, 1))
    found, dropped = sift(_found(many, [0.5] * len(many)))
    assert (len(found.xyxy), dropped) == (50_000, 0)


def test_no_detections_are_legal() -> None:
    found, dropped = sift(_found(np.zeros((0, 4)), []))
    assert (len(found.xyxy), dropped) == (0, 0)


@pytest.mark.parametrize("camera", [np.eye(3), np.full((2, 3), np.nan), np.zeros(6)])
def test_a_camera_that_is_no_affine_is_refused(camera: np.ndarray) -> None:
    with pytest.raises(ValueError, match="camera must be"):
        affine_of(camera)


def test_options_are_checked() -> None:
    assert options_of(ByteTrackOptions, {"high_score": 0.4}).high_score == 0.4
    assert options_of(BotSortOptions, {"buffer_s": 2}).look_keep == BotSortOptions().look_keep
    for wrong in ({"high_score": 2.0}, {"fuse_score": "maybe"}, {"doubt": float("nan")}):
        with pytest.raises(RecipeInvalid, match="ByteTrackOptions"):
            options_of(ByteTrackOptions, wrong)
    with pytest.raises(RecipeInvalid, match=r"hihg_score.*there are: high_score"):
        options_of(ByteTrackOptions, {"hihg_score": 0.5})
