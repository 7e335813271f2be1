"""One small function for each head: raw outputs of one picture become candidate boxes.

All take the rows of the places a box can be at (N, V), of which the last `masks` values are not used, and
return the candidates: xyxy (M, 4) in the input (px), score (M,), class (M,). Rows below the least score are
left out; a row whose score is not a number stays, so that whoever drops it can count it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from funscribe.errors import HeadUnknown
from funscribe.records import Array

Candidates = tuple[Array, Array, Array]
Size = tuple[int, int]
STRIDES = (8, 16, 32)


def anchor_free(rows: Array, score: float, size_wh: Size) -> Candidates:
    """Decode rows of centre, width, height and a score for each class (Ultralytics YOLOv8, 11, 12)."""
    best = rows[:, 4:].max(1)
    rows, best = _sure(rows, best, score)
    return _corners(rows[:, :4]), best, rows[:, 4:].argmax(1)


def objectness(rows: Array, score: float, size_wh: Size) -> Candidates:
    """Decode rows of centre, width, height, objectness and a share for each class (YOLOv5, v6, v7)."""
    # No share is over 1, so that most places are out before their classes are read.
    rows, sure = _sure(rows, rows[:, 4], score)
    rows, best = _sure(rows, sure * rows[:, 5:].max(1), score)
    return _corners(rows[:, :4]), best, rows[:, 5:].argmax(1)


def yolox(rows: Array, score: float, size_wh: Size) -> Candidates:
    """Decode rows as of `objectness`, but in cells of three grids and with logarithms of sides (YOLOX).

    Ge et al., YOLOX: Exceeding YOLO Series in 2021, arXiv:2107.08430; the raw output of its exporter.

    Raises:
        HeadUnknown: There are not as many rows as cells.
    """
    corner, side = grid(size_wh)
    if len(rows) != len(corner):
        raise HeadUnknown(
            f"a YOLOX head on {size_wh[0]}x{size_wh[1]} px has {len(corner)} places, this one {len(rows)}; "
            "choose another with --head"
        )
    sure = rows[:, 4] * rows[:, 5:].max(1)
    at = np.flatnonzero(~(sure < score))
    rows, corner, side = rows[at], corner[at], side[at]
    with np.errstate(over="ignore"):
        boxes = np.concatenate([(rows[:, :2] + corner) * side, np.exp(rows[:, 2:4]) * side], 1)
    return _corners(boxes), sure[at], rows[:, 5:].argmax(1)


def end_to_end(rows: Array, score: float, size_wh: Size) -> Candidates:
    """Decode rows of left, top, right, bottom, score and class, overlaps gone (YOLOv10, YOLO26)."""
    rows, best = _sure(rows, rows[:, 4], score)
    named = rows[:, 5] >= 0
    # A box of no class is as little use as one that is no box.
    return np.where(named[:, None], rows[:, :4], np.nan), best, np.where(named, rows[:, 5], 0).astype(np.intp)


DECODERS: dict[str, Callable[[Array, float, Size], Candidates]] = {
    "anchor_free": anchor_free,
    "objectness": objectness,
    "yolox": yolox,
    "end_to_end": end_to_end,
}


@lru_cache(8)
def grid(size_wh: Size) -> tuple[Array, Array]:
    """Return the corners (N, 2) of the cells of three grids, in cells, and their sides (N, 1) (px)."""
    corners, sides = [], []
    for stride in STRIDES:
        columns, lines = size_wh[0] // stride, size_wh[1] // stride
        y, x = np.divmod(np.arange(columns * lines, dtype=np.float32), np.float32(max(columns, 1)))
        corners.append(np.stack([x, y], 1))
        sides.append(np.full((columns * lines, 1), stride, np.float32))
    return np.concatenate(corners), np.concatenate(sides)


def _sure(rows: Array, score: Array, least: float) -> tuple[Array, Array]:
    """The rows that are not below a score, and their scores."""
    at = np.flatnonzero(~(score < least))
    return rows[at], score[at]


def _corners(boxes: Array) -> Array:
    """Left, top, right, bottom of boxes told by centre and sides."""
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], 1)
