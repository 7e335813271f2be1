"""Boxes cut out of a picture, each at one size."""

from __future__ import annotations

import cv2
import numpy as np

from funscribe.records import Array


def cut_out(picture: Array, xyxy: Array, size_wh: tuple[int, int]) -> Array:
    """Return what is in each box, stretched to one size (N, H, W, 3), uint8.

    Args:
        picture: RGB (H, W, 3), uint8.
        xyxy: Boxes in it (N, 4) (px); what lies outside the picture is left out, and of a box that does not
            reach into it the nearest pixel is taken.
        size_wh: Size of each cut (px).
    """
    height, width = picture.shape[:2]
    cuts = np.empty((len(xyxy), size_wh[1], size_wh[0], 3), np.uint8)
    low = np.clip(np.floor(xyxy[:, :2]), 0, [width - 1, height - 1]).astype(int)
    high = np.clip(np.ceil(xyxy[:, 2:]), low + 1, [width, height]).astype(int)
    for cut, (x0, y0), (x1, y1) in zip(cuts, low, high, strict=True):
        cv2.resize(picture[y0:y1, x0:x1], size_wh, dst=cut, interpolation=cv2.INTER_LINEAR)
    return cuts
