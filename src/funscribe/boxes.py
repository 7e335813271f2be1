"""Arithmetic on boxes: arrays (..., 4) of left, top, right, bottom (px)."""

from __future__ import annotations

import numpy as np

from funscribe.records import Array


def area(xyxy: Array) -> Array:
    """Return the areas (N,) of boxes (N, 4) in square pixels; a box of negative size has none."""
    sides = np.maximum(xyxy[..., 2:] - xyxy[..., :2], 0)
    return np.asarray(sides[..., 0] * sides[..., 1])


def iou(a: Array, b: Array) -> Array:
    """Return the intersection over union of each of `a` (N, 4) with each of `b` (M, 4), (N, M), 0..1.

    Two boxes of no area share nothing, also when they are the same.
    """
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.maximum(high - low, 0)
    shared = sides[..., 0] * sides[..., 1]
    whole = area(a)[:, None] + area(b)[None, :] - shared
    return np.asarray(shared / np.maximum(whole, 1e-9))


def clip(xyxy: Array, size_wh: tuple[int, int]) -> Array:
    """Return boxes cut at the border of a picture."""
    width, height = size_wh
    return np.asarray(np.clip(xyxy, 0, np.array([width, height, width, height], xyxy.dtype)))


def sensible(xyxy: Array, size_wh: tuple[int, int] | None = None) -> Array:
    """Tell which boxes (N, 4) are finite, of positive size and at least partly in the picture, (N,)."""
    with np.errstate(invalid="ignore"):
        good = np.isfinite(xyxy).all(-1) & (xyxy[..., 2] > xyxy[..., 0]) & (xyxy[..., 3] > xyxy[..., 1])
        if size_wh is not None:
            good &= (xyxy[..., 2:] > 0).all(-1) & (xyxy[..., :2] < np.array(size_wh)).all(-1)
    return np.asarray(good)
