"""The size of the pictures that a model is given."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from funscribe.detect.detector import _Input
from funscribe.detect.engine import TensorSpec
from funscribe.detect.options import DetectOptions

FREE = (None, 3, None, None)


def given(shape: tuple[int | None, ...], metadata: dict[str, str], size_px: int) -> _Input:
    engine: Any = SimpleNamespace(inputs=(TensorSpec("x", shape),), metadata=metadata, device="cpu")
    return _Input.of(engine, DetectOptions(size_px=size_px))


def test_a_model_of_any_size_takes_the_one_that_was_asked_for() -> None:
    assert given(FREE, {"imgsz": "[640, 640]"}, 320).full_wh == (320, 320)


@pytest.mark.parametrize(
    ("metadata", "size_px", "side"), [({}, 330, 320), ({"stride": "64"}, 330, 320), ({}, 1, 32)]
)
def test_the_size_is_a_multiple_of_the_stride(metadata: dict[str, str], size_px: int, side: int) -> None:
    assert given(FREE, metadata, size_px).full_wh == (side, side)


def test_without_a_wish_it_is_what_the_model_says() -> None:
    assert given(FREE, {"imgsz": "[480, 640]"}, 0).full_wh == (640, 480)
    assert given(FREE, {}, 0).full_wh == (640, 640)


def test_a_fixed_size_stays() -> None:
    fixed = given((1, 3, 416, 416), {}, 320)
    assert (fixed.full_wh, fixed.stride) == ((416, 416), 0)
