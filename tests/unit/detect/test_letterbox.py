"""A picture is laid into the input of a model in its proportions, and boxes come back exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.detect.letterbox import blank, fit, lay

SIDES = st.integers(1, 5000)


def test_a_wide_picture_lies_in_the_middle_between_grey() -> None:
    box = fit((1920, 1080), (640, 640))
    assert (box.inner_wh, box.offset_xy, box.full_wh) == ((640, 360), (0, 140), (640, 640))


def test_a_high_picture_lies_in_the_corner_where_the_model_wants_that() -> None:
    box = fit((1080, 1920), (416, 416), centred=False)
    assert (box.inner_wh, box.offset_xy) == ((234, 416), (0, 0))


def test_a_small_picture_is_enlarged() -> None:
    assert fit((16, 9), (320, 320)).inner_wh == (320, 180)


def test_an_input_of_no_fixed_size_ends_at_the_next_stride() -> None:
    box = fit((1920, 1080), (640, 640), stride=32)
    assert (box.full_wh, box.inner_wh, box.offset_xy) == ((640, 384), (640, 360), (0, 12))


@given(SIDES, SIDES, st.sampled_from([32, 320, 640]), st.booleans(), st.sampled_from([0, 32]))
def test_the_way_back_is_exact(width: int, height: int, side: int, centred: bool, stride: int) -> None:
    box = fit((width, height), (side, side), centred=centred, stride=stride)
    assert min(box.inner_wh) >= 1
    assert max(box.inner_wh) <= side
    assert all(o + i <= f for o, i, f in zip(box.offset_xy, box.inner_wh, box.full_wh, strict=True))
    corners = np.array([[0, 0, width, height], [width / 3, height / 7, width / 2, height]])
    assert np.allclose(box.to_picture(box.to_input(corners)), corners, rtol=1e-12, atol=1e-9)
    # The picture's own corners are those of the place where it lies.
    assert box.to_input(corners)[0].tolist() == pytest.approx([
        *box.offset_xy, box.offset_xy[0] + box.inner_wh[0], box.offset_xy[1] + box.inner_wh[1],
    ])  # fmt: skip


def test_pixels_land_where_they_belong() -> None:
    picture = np.arange(4 * 8 * 3, dtype=np.uint8).reshape(4, 8, 3)
    box = fit((8, 4), (8, 8))
    batch = blank(1, box.full_wh, 1 / 255)
    lay([picture], box, batch, 1 / 255)
    assert batch.dtype == np.float32
    assert np.allclose(batch[0, :, 2:6], picture.transpose(2, 0, 1) / 255, atol=1e-7)
    assert np.allclose(batch[0, :, :2], 114 / 255, atol=1e-7)
    assert np.allclose(batch[0, :, 6:], 114 / 255, atol=1e-7)


def test_channels_are_turned_round_where_the_model_wants_that() -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[:] = (10, 20, 30)
    box = fit((4, 4), (4, 4))
    batch = blank(1, box.full_wh, 1.0)
    lay([picture], box, batch, 1.0, bgr=True)
    assert batch[0, :, 0, 0].tolist() == [30, 20, 10]


def test_a_larger_picture_is_shrunk_first() -> None:
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, 40:] = 200
    box = fit((80, 40), (8, 8))
    batch = blank(1, box.full_wh, 1.0)
    lay([picture], box, batch, 1.0)
    assert batch[0, 0, 2:6, :3].max() == 0
    assert batch[0, 0, 2:6, 5:].min() == 200


def test_half_precision_is_written_as_such() -> None:
    box = fit((4, 4), (4, 4))
    batch = blank(2, box.full_wh, 1 / 255, "float16")
    lay([np.full((4, 4, 3), 255, np.uint8)], box, batch, 1 / 255)
    assert batch.dtype == np.float16
    assert (batch[0] == 1).all()


@pytest.mark.parametrize("turned", [False, True])
def test_pictures_need_not_lie_in_one_piece(turned: bool) -> None:
    wide = np.random.default_rng(0).integers(0, 255, (16, 16, 3), np.uint8)
    picture = wide[::-1, ::2] if turned else wide[:, 4:12]
    box = fit((8, 16), (16, 16))
    batch, same = blank(1, box.full_wh, 1.0), blank(1, box.full_wh, 1.0)
    lay([picture], box, batch, 1.0)
    lay([picture.copy()], box, same, 1.0)
    assert np.array_equal(batch, same)
