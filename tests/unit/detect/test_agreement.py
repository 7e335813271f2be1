import math

import numpy as np
import pytest

from funscribe.detect.agreement import agreement
from funscribe.records import Detections

NOTHING = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0))


def boxes(*rows: tuple[float, float, float, int]) -> Detections:
    """Boxes of 100 px a side: left, top, score, class."""
    left, top, score, kind = (np.array(column) for column in zip(*rows, strict=True))
    return Detections(np.stack([left, top, left + 100, top + 100], -1), score, kind)


def test_the_same_boxes_agree() -> None:
    seen = [boxes((0, 0, 0.9, 1), (300, 0, 0.3, 2)), NOTHING]
    found = agreement(seen, seen)
    assert (found.pictures, found.ours, found.theirs, found.both) == (2, 2, 2, 2)
    assert found.share == found.strict == 1


def test_a_box_must_be_in_the_same_place_and_of_the_same_class() -> None:
    ours = [boxes((0, 0, 0.9, 1))]
    assert agreement(ours, [boxes((30, 0, 0.9, 1))]).share == 1  # IoU 0.54
    assert agreement(ours, [boxes((40, 0, 0.9, 1))]).share == 0  # IoU 0.43
    assert agreement(ours, [boxes((0, 0, 0.9, 2))]).share == 0
    assert agreement(ours, [NOTHING]).share == 0


def test_a_counterpart_may_be_less_sure_but_is_no_box_that_counts() -> None:
    found = agreement([boxes((0, 0, 0.26, 1))], [boxes((0, 0, 0.24, 1))])
    assert (found.ours, found.ours_met, found.theirs, found.theirs_met) == (1, 1, 0, 0)
    assert found.share == 1
    assert found.strict == 0


def test_boxes_that_nobody_is_sure_of_do_not_count() -> None:
    found = agreement([boxes((0, 0, 0.2, 1))], [boxes((500, 0, 0.2, 1))])
    assert found.ours == found.theirs == 0
    assert math.isnan(found.share)
    assert math.isnan(found.strict)


def test_a_box_is_the_counterpart_of_one_only() -> None:
    found = agreement([boxes((0, 0, 0.9, 1), (5, 0, 0.8, 1))], [boxes((0, 0, 0.9, 1))])
    assert (found.ours_met, found.theirs_met) == (1, 1)
    assert found.share == pytest.approx(2 / 3)


def test_both_ways_count() -> None:
    more = boxes((0, 0, 0.9, 1), (300, 0, 0.9, 1), (600, 0, 0.9, 1))
    assert (
        agreement([more], [boxes((0, 0, 0.9, 1))]).share
        == agreement([boxes((0, 0, 0.9, 1))], [more]).share
        == 0.5
    )


def test_other_pictures_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        agreement([NOTHING], [])
