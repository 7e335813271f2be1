"""A detector written as plainly as it can be: ONNX Runtime, and everything else in float64, box by box.

It shares no line with Funscribe: what it finds is the truth that Funscribe's boxes are compared with.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

Box = tuple[float, float, float, float, float, int]  # left, top, right, bottom, score, class


@dataclass
class PlainDetector:
    """A model of a fixed input, and how its rows are read.

    Attributes:
        path: An ONNX file.
        side: Side of its square input (px).
        kind: "anchor_free" or "yolox".
        score: Least score of a box.
        overlap: Intersection over union above which two boxes of a class are one.
    """

    path: Path
    side: int
    kind: str
    score: float = 0.25
    overlap: float = 0.7
    threads: int = 1

    def __post_init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.log_severity_level = 4
        self._session: Any = onnxruntime.InferenceSession(
            str(self.path), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def detect(self, rgb: np.ndarray) -> list[Box]:
        """Return the boxes in a picture, the surest first (px)."""
        height, width = rgb.shape[:2]
        ratio = self.side / max(height, width)
        inner_w, inner_h = round(width * ratio), round(height * ratio)
        left, top = (
            (0, 0) if self.kind == "yolox" else ((self.side - inner_w) // 2, (self.side - inner_h) // 2)
        )
        canvas = np.full((self.side, self.side, 3), 114, np.uint8)
        canvas[top : top + inner_h, left : left + inner_w] = cv2.resize(rgb, (inner_w, inner_h))
        tensor = canvas.astype(np.float32)
        tensor = tensor[..., ::-1] if self.kind == "yolox" else tensor / np.float32(255)
        outputs = self._session.run(
            None, {self._input: np.ascontiguousarray(tensor.transpose(2, 0, 1)[None])}
        )
        raw = outputs[0][0].astype(np.float64)
        found = self._yolox(raw) if self.kind == "yolox" else self._anchor_free(raw)
        kept: list[Box] = []
        for box in sorted(found, key=lambda box: -box[4]):
            if all(box[5] != other[5] or _iou(box, other) <= self.overlap for other in kept):
                kept.append(box)
        sx, sy = width / inner_w, height / inner_h
        return [
            (
                min(max((x1 - left) * sx, 0), width),
                min(max((y1 - top) * sy, 0), height),
                min(max((x2 - left) * sx, 0), width),
                min(max((y2 - top) * sy, 0), height),
                score,
                kind,
            )
            for x1, y1, x2, y2, score, kind in kept
        ]

    def _anchor_free(self, raw: np.ndarray) -> list[Box]:
        boxes = []
        for x, y, w, h, *classes in raw[:84].T[raw[4:84].max(0) >= self.score]:
            kind = int(np.argmax(classes))
            boxes.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2, float(classes[kind]), kind))
        return boxes

    def _yolox(self, raw: np.ndarray) -> list[Box]:
        boxes, row = [], 0
        for stride in (8, 16, 32):
            for line in range(self.side // stride):
                for column in range(self.side // stride):
                    x, y, w, h, sure, *classes = raw[row]
                    row += 1
                    kind = int(np.argmax(classes))
                    if sure * classes[kind] < self.score:
                        continue
                    x, y = (x + column) * stride, (y + line) * stride
                    w, h = float(np.exp(w)) * stride, float(np.exp(h)) * stride
                    boxes.append(
                        (x - w / 2, y - h / 2, x + w / 2, y + h / 2, float(sure * classes[kind]), kind)
                    )
        return boxes


def _iou(a: Box, b: Box) -> float:
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    shared = wide * high
    whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / whole if whole > 0 else 0.0
