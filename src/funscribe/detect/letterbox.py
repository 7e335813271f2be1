"""The one letterbox: a picture laid into the input of a model without changing its proportions, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from funscribe.records import Array

_GREY = 114  # what every YOLO was trained with around its pictures


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies in the input of a model.

    Attributes:
        size_wh: Size of the picture that boxes are told in (px).
        inner_wh: Its size in the input (px).
        offset_xy: Where its top left corner is in the input (px).
        full_wh: Size of the input (px).
    """

    size_wh: tuple[int, int]
    inner_wh: tuple[int, int]
    offset_xy: tuple[int, int]
    full_wh: tuple[int, int]

    def to_picture(self, xyxy: Array) -> Array:
        """Return boxes (N, 4) in the input as boxes in the picture (px): the exact inverse, not clipped."""
        scale = np.array(self.size_wh, np.float64) / self.inner_wh
        offset = np.tile(np.array(self.offset_xy, np.float64), 2)
        return np.asarray((xyxy - offset) * np.tile(scale, 2))

    def to_input(self, xyxy: Array) -> Array:
        """Return boxes (N, 4) in the picture as boxes in the input (px)."""
        scale = np.array(self.inner_wh, np.float64) / self.size_wh
        return np.asarray(xyxy * np.tile(scale, 2) + np.tile(np.array(self.offset_xy, np.float64), 2))


def fit(
    size_wh: tuple[int, int], full_wh: tuple[int, int], *, centred: bool = True, stride: int = 0
) -> Letterbox:
    """Return how a picture of a size lies in an input.

    Args:
        size_wh: Size of the picture (px).
        full_wh: Size of the input (px).
        centred: Lay it into the middle; else into the top left corner.
        stride: Where not 0, the input may be smaller: it ends at the next multiple of it (px).
    """
    ratio = min(full_wh[0] / size_wh[0], full_wh[1] / size_wh[1])
    inner = tuple(min(max(round(side * ratio), 1), most) for side, most in zip(size_wh, full_wh, strict=True))
    if stride:
        full_wh = (-(-inner[0] // stride) * stride, -(-inner[1] // stride) * stride)
    rest = (full_wh[0] - inner[0], full_wh[1] - inner[1])
    offset = (rest[0] // 2, rest[1] // 2) if centred else (0, 0)
    return Letterbox(size_wh, (inner[0], inner[1]), offset, full_wh)


def blank(count: int, full_wh: tuple[int, int], scale: float, dtype: str = "float32") -> Array:
    """Return an input (count, 3, H, W) with no picture in it: grey, as it is around pictures.

    Args:
        count: Pictures (count).
        full_wh: Size of the input (px).
        scale: What a pixel of value 1 becomes (factor).
        dtype: Name of a NumPy type.
    """
    return np.full((count, 3, full_wh[1], full_wh[0]), _GREY * scale, dtype)


def lay(pictures: Sequence[Array], box: Letterbox, batch: Array, scale: float, *, bgr: bool = False) -> None:
    """Write RGB pictures (H, W, 3), uint8, into a batch made by `blank`; the grey around them stays.

    A picture that has the size it needs already is read once and written once.

    Args:
        pictures: At most as many as the batch has room for.
        box: Where they lie.
        batch: Input (N, 3, H, W), written in place.
        scale: What a pixel of value 1 becomes (factor).
        bgr: Write the channels in the order blue, green, red.
    """
    (left, top), (width, height) = box.offset_xy, box.inner_wh
    for picture, planes in zip(pictures, batch, strict=False):
        if picture.shape[1::-1] != box.inner_wh:
            picture = cv2.resize(picture, box.inner_wh, interpolation=cv2.INTER_LINEAR)
        channels = (picture[..., ::-1] if bgr else picture).transpose(2, 0, 1)
        inside = planes[:, top : top + height, left : left + width]
        np.multiply(channels, np.float32(scale), out=inside, casting="unsafe")
