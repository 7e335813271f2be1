"""The one non-maximum suppression: of boxes that overlap within a class, the surest stays."""

from __future__ import annotations

import numpy as np

from funscribe.boxes import iou
from funscribe.records import Array

_BLOCK = 128


def suppress(xyxy: Array, score: Array, class_id: Array, threshold: float, limit: int) -> Array:
    """Return the indices of the boxes that stay, by falling score.

    It is the greedy rule: from the surest down, a box stays unless it overlaps one of its class that stays.
    Boxes are judged by blocks, a block against all that stay so far, so the result is the rule's own while
    the loop over single boxes only reads rows of a small table.

    Args:
        xyxy: Boxes (N, 4) (px).
        score: How sure each is (N,); of equal ones the first is the surer.
        class_id: Class of each (N,).
        threshold: Overlap above which two boxes of a class are one (IoU).
        limit: Boxes that stay at most; the surest of them do (count).
    """
    order = np.argsort(-score, kind="stable")
    boxes, kinds = xyxy[order].astype(np.float64), class_id[order]
    kept = np.empty(0, np.intp)
    for begin in range(0, len(order), _BLOCK):
        block = np.arange(begin, min(begin + _BLOCK, len(order)))
        if len(kept):
            block = block[~_same(boxes, kinds, block, kept, threshold).any(1)]
        stays = np.ones(len(block), bool)
        same = _same(boxes, kinds, block, block, threshold)
        for place in range(len(block)):
            if stays[place]:
                stays[place + 1 :] &= ~same[place, place + 1 :]
        kept = np.concatenate([kept, block[stays]])
        if len(kept) >= limit:
            break
    return np.asarray(order[kept[:limit]])


def _same(boxes: Array, kinds: Array, a: Array, b: Array, threshold: float) -> Array:
    """Whether each box of `a` (N,) and each of `b` (M,) are one (N, M)."""
    return np.asarray((iou(boxes[a], boxes[b]) > threshold) & (kinds[a][:, None] == kinds[b]))
