"""What the outputs of a model mean is told from metadata and shapes, or refused with the shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funscribe.detect.engine import TensorSpec
from funscribe.detect.heads import Head, find_head
from funscribe.errors import HeadUnknown

NAMES80 = {"names": str({index: f"n{index}" for index in range(80)}), "stride": "32"}
NAMES1 = {"names": "{0: 'ball'}", "stride": "32"}
NAMES2 = {"names": "{0: 'ball', 1: 'hand'}", "stride": "32"}
IN = (1, 3, 640, 640)
FREE = (None, 3, None, None)


def find(
    output: tuple[int | None, ...],
    metadata: dict[str, str] | None = None,
    head: str = "auto",
    *,
    given: tuple[int | None, ...] = IN,
    more: tuple[tuple[int | None, ...], ...] = (),
    classes: int = 0,
) -> Head:
    outputs = [TensorSpec(f"output{index}", shape) for index, shape in enumerate((output, *more))]
    return find_head([TensorSpec("images", given)], outputs, metadata or {}, head, class_count=classes)


@pytest.mark.parametrize(
    ("output", "metadata", "given", "kind", "classes", "across"),
    [
        # as Ultralytics exports v8, 11 and 12
        ((1, 84, 8400), NAMES80, IN, "anchor_free", 80, True),
        ((1, 84, 8400), {}, IN, "anchor_free", 80, True),
        ((1, 5, 8400), NAMES1, IN, "anchor_free", 1, True),
        ((1, 6, 8400), NAMES2, IN, "anchor_free", 2, True),
        ((None, 84, None), NAMES80, FREE, "anchor_free", 80, True),
        ((None, 84, None), {}, FREE, "anchor_free", 80, True),
        ((None, 5, None), NAMES1, FREE, "anchor_free", 1, True),
        ((8, 84, 2100), NAMES80, (8, 3, 320, 320), "anchor_free", 80, True),
        # turned round
        ((1, 8400, 84), NAMES80, IN, "anchor_free", 80, False),
        ((None, None, 84), NAMES80, FREE, "anchor_free", 80, False),
        # v5 and v7 with three anchors in a cell
        ((1, 25200, 85), NAMES80, IN, "objectness", 80, False),
        ((1, 25200, 85), {}, IN, "objectness", 80, False),
        ((1, 25200, 6), NAMES1, IN, "objectness", 1, False),
        ((None, None, 85), NAMES80, FREE, "objectness", 80, False),
        # YOLOX
        ((1, 3549, 85), {}, (1, 3, 416, 416), "yolox", 80, False),
        ((1, 8400, 6), {}, IN, "yolox", 1, False),
        # v10 and 26
        ((1, 300, 6), {**NAMES80, "end2end": "True"}, IN, "end_to_end", 80, False),
        ((1, 300, 6), NAMES80, IN, "end_to_end", 80, False),
        ((1, 300, 6), {}, IN, "end_to_end", 0, False),
        ((1, 300, 6), NAMES1, IN, "end_to_end", 1, False),
        ((None, 300, 6), {"end2end": "True"}, FREE, "end_to_end", 0, False),
    ],
)
def test_the_layouts_of_the_family_are_told(
    output: Any, metadata: dict[str, str], given: Any, kind: str, classes: int, across: bool
) -> None:
    head = find(output, metadata, given=given)
    assert (head.kind, head.class_count, head.across) == (kind, classes, across)
    assert head.suppressed == (kind == "end_to_end")


def test_yolox_takes_pictures_its_own_way() -> None:
    head = find((1, 3549, 85), given=(1, 3, 416, 416))
    assert (head.scale, head.bgr, head.centred) == (1.0, True, False)
    other = find((1, 84, 8400))
    assert (other.scale, other.bgr, other.centred) == (1 / 255, False, True)


@pytest.mark.parametrize(
    ("output", "metadata", "kind", "classes"),
    [
        ((1, 116, 8400), NAMES80, "anchor_free", 80),
        ((1, 116, 8400), {}, "anchor_free", 80),
        ((1, 25200, 117), NAMES80, "objectness", 80),
        ((1, 300, 38), {**NAMES80, "end2end": "True"}, "end_to_end", 80),
    ],
)
def test_of_segmentation_the_boxes_are_used(
    output: Any, metadata: dict[str, str], kind: str, classes: int
) -> None:
    head = find(output, {**metadata, "task": "segment"}, more=((1, 32, 160, 160),))
    assert (head.kind, head.class_count, head.masks, head.output) == (kind, classes, 32, 0)


def test_the_boxes_need_not_be_the_first_output() -> None:
    assert find((1, 32, 160, 160), {}, more=((1, 116, 8400),)).output == 1


@pytest.mark.parametrize(
    ("output", "metadata", "given"),
    [
        ((None, None, 85), {}, FREE),  # objectness or YOLOX
        ((1, 8400, 85), NAMES80, IN),  # v6, or YOLOX by another exporter
        ((None, None, 6), {}, FREE),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_back(
    output: Any, metadata: dict[str, str], given: Any
) -> None:
    with pytest.raises(HeadUnknown, match=r"can be read as .* or .*--head.*found: input images"):
        find(output, metadata, given=given)
    assert find(output, metadata, "objectness", given=given).kind == "objectness"


@pytest.mark.parametrize(
    ("output", "more", "words"),
    [
        ((1, 100, 100), (), "fit no head"),
        ((1, 4, 8400), (), "fit no head"),
        ((1, 1000), (), "0 of its outputs"),
        ((1, 2704, 80), ((1, 676, 80), (1, 2704, 32)), "3 of its outputs"),
        ((1, 3, 80, 80, 85), (), "0 of its outputs"),
    ],
)
def test_other_heads_are_refused_with_their_shapes(output: Any, more: Any, words: str) -> None:
    with pytest.raises(HeadUnknown, match=words) as caught:
        find(output, more=more)
    for shape in (output, *more):
        assert str(shape) in str(caught.value)


@pytest.mark.parametrize("task", ["pose", "obb", "classify"])
def test_other_tasks_are_refused(task: str) -> None:
    with pytest.raises(HeadUnknown, match=task):
        find((1, 84, 8400), {**NAMES80, "task": task})


@pytest.mark.parametrize("given", [(1, 640, 640, 3), (1, 3, 640), (1, 1, 640, 640)])
def test_other_inputs_are_refused(given: Any) -> None:
    with pytest.raises(HeadUnknown, match="batch, 3, height, width"):
        find((1, 84, 8400), given=given)


def test_names_and_shapes_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(HeadUnknown, match="fit no head"):
        find((1, 84, 8400), NAMES1)
    with pytest.raises(HeadUnknown, match="84 values and 1 classes are no anchor_free"):
        find((1, 84, 8400), NAMES1, "anchor_free")


def test_a_number_of_classes_from_elsewhere_helps() -> None:
    assert find((1, 8400, 84), classes=80).kind == "anchor_free"


@pytest.mark.parametrize(
    ("head", "output", "across"),
    [
        ("anchor_free", (1, 84, 8400), True),
        ("anchor_free", (1, 8400, 84), False),
        ("yolox", (1, 8400, 85), False),
        ("objectness", (1, 8400, 85), False),
        ("end_to_end", (1, 9000, 6), False),
        ("anchor_free", (None, None, None), True),
        ("objectness", (None, None, None), False),
    ],
)
def test_the_users_word_counts(head: str, output: Any, across: bool) -> None:
    found = find(output, {}, head)
    assert (found.kind, found.across) == (head, across)


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(HeadUnknown, match="no head is called 'best'"):
        find((1, 84, 8400), head="best")
    with pytest.raises(HeadUnknown, match="rows of 84 values are no end_to_end"):
        find((1, 300, 84), head="end_to_end")


def test_a_batch_is_decoded_picture_by_picture() -> None:
    raw = np.zeros((2, 6, 50), np.float16)
    raw[0, :, 7] = (10, 10, 4, 4, 0.5, 0.9)
    head = Head("anchor_free", class_count=2, across=True)
    first, second = head.decode([raw], (640, 640), 0.3)
    assert first[0].tolist() == [[8, 8, 12, 12]]
    assert first[2].tolist() == [1]
    assert len(second[0]) == 0


def test_an_output_too_narrow_for_its_head_is_refused() -> None:
    with pytest.raises(HeadUnknown, match=r"\(1, 10, 4\) is no objectness"):
        Head("objectness").decode([np.zeros((1, 10, 4), np.float32)], (64, 64), 0.1)


def test_values_of_masks_are_no_classes() -> None:
    raw = np.zeros((1, 6 + 32, 9), np.float32)
    raw[0, 6:] = 1
    raw[0, :6, 3] = (10, 10, 4, 4, 0.5, 0.2)
    ((_, score, class_id),) = Head("anchor_free", masks=32, across=True).decode([raw], (64, 64), 0.3)
    assert (score.tolist(), class_id.tolist()) == ([0.5], [0])
