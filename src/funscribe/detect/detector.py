"""The protocol of a detector, its opener, and the detector that runs a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from funscribe.boxes import clip, sensible
from funscribe.detect.classes import class_names, read_file, read_names
from funscribe.detect.decode import Candidates
from funscribe.detect.engine import Engine, Pending, open_engine
from funscribe.detect.heads import Head, find_head
from funscribe.detect.letterbox import Letterbox, blank, fit, lay
from funscribe.detect.nms import suppress
from funscribe.detect.options import DetectOptions
from funscribe.detect.sizes import Sizes
from funscribe.errors import HeadUnknown
from funscribe.plugins import load
from funscribe.records import Array, Detections

_SIZES_KEPT = 8  # of pictures, for which spare batches are held


class Sought(Protocol):
    """Detections that are still being sought."""

    def result(self) -> list[Detections]:
        """Wait for them; one record for each picture, in their order."""


class Detector(Protocol):
    """Something that finds boxes in pictures.

    A plug-in of the group `funscribe.detectors` is called with the path of a model, `DetectOptions` and
    `threads=` (0 leaves it to the engine).
    """

    classes: tuple[str, ...]
    engine: str
    device: str
    precision: str
    batch: int  # pictures that are best handed over at once
    dropped: int  # invalid boxes left out so far

    def wanted_size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Return the size (px) at which a picture of `size_wh` is best handed over."""

    def start(self, pictures: Sequence[Array], size_wh: tuple[int, int] | None = None) -> Sought:
        """Begin to look at RGB pictures (H, W, 3), uint8, all of one size; see `detect`."""

    def detect(self, pictures: Sequence[Array], size_wh: tuple[int, int] | None = None) -> list[Detections]:
        """Return what is in each picture, as boxes in a picture of `size_wh` (px); None is its own size."""

    def close(self) -> None:
        """Release the model."""


def open_detector(path: str | Path, options: DetectOptions, *, threads: int = 0) -> Detector:
    """Return a detector that runs a model.

    Args:
        path: The model file.
        options: How it is run, and what of its boxes is kept.
        threads: Threads of the processor it may use; 0 leaves it to the engine (count).

    Raises:
        ModelNotFound: There is no such file, or none of class names.
        ModelInvalid: It is not a model that can be run, or its classes are not those of the file of names.
        HeadUnknown: Its outputs are none that are known, or can be read in two ways.
        DeviceMissing: What was asked for is not there; nothing else runs in its stead.
    """
    detector: Detector = load("funscribe.detectors", "model")(path, options, threads=threads)
    return detector


class ModelDetector:
    """Finds boxes with a model: letterbox, engine, head and non-maximum suppression in a row.

    Boxes that are not numbers, of no size, wholly outside of the picture or of a class that the model does
    not have are left out and counted in `dropped`; the others are cut at the border of the picture.

    Args:
        path: The model file.
        options: How it is run, and what of its boxes is kept.
        threads: Threads of the processor it may use; 0 leaves it to the engine (count).
    """

    def __init__(self, path: str | Path, options: DetectOptions, *, threads: int = 0) -> None:
        self._path = path
        self._options = options
        engine = open_engine(path, options, threads=threads)
        try:
            self._head = _find_head(path, engine, options)
            self.classes = class_names(engine.metadata, options.classes, self._head.class_count)
            self._input = _Input.of(engine, options)
        except BaseException:
            engine.close()
            raise
        self._engines = Sizes(engine, self._is_read_alike)
        self.engine, self.device = engine.name, engine.device
        self.precision, self.at_once = engine.precision, engine.at_once
        self.batch = self._input.count
        self.dropped = 0
        self._spare: dict[tuple[Letterbox, int], list[Array]] = {}

    def wanted_size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Return the size (px) at which a picture of `size_wh` needs no resizing here."""
        return self._place(size_wh)[0].inner_wh

    def start(self, pictures: Sequence[Array], size_wh: tuple[int, int] | None = None) -> _Seeking:
        """Begin to look at RGB pictures (H, W, 3), uint8, all of one size; see `detect`."""
        for picture in pictures:
            if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
                raise ValueError(f"a picture is (H, W, 3) uint8, not {picture.shape} {picture.dtype}")
            if picture.shape != pictures[0].shape:
                raise ValueError(f"pictures are of one size, not {pictures[0].shape} and {picture.shape}")
        if not len(pictures):
            return _Seeking(self, [])
        height, width = pictures[0].shape[:2]
        box, engine = self._place(size_wh or (width, height))
        step = self._input.count
        return _Seeking(
            self, [self._begin(pictures[at : at + step], box, engine) for at in range(0, len(pictures), step)]
        )

    def detect(self, pictures: Sequence[Array], size_wh: tuple[int, int] | None = None) -> list[Detections]:
        """Return what is in each picture, as boxes in a picture of `size_wh` (px); None is its own size."""
        return self.start(pictures, size_wh).result()

    def input_for(self, picture: Array) -> Array:
        """Return the input (N, 3, H, W) that the model is given for one RGB picture (H, W, 3), uint8."""
        box, _ = self._place((picture.shape[1], picture.shape[0]))
        count = self._input.count if self._input.fixed else 1
        tensor = blank(count, box.full_wh, self._head.scale, self._input.dtype)
        lay([picture] * count, box, tensor, self._head.scale, bgr=self._head.bgr)
        return tensor

    def close(self) -> None:
        """Release the model."""
        self._engines.close()
        self._spare.clear()

    def _place(self, size_wh: tuple[int, int]) -> tuple[Letterbox, Engine]:
        """Where a picture of a size lies in the input, and the engine for an input of that size."""
        given = self._input
        box = fit(size_wh, given.full_wh, centred=self._head.centred, stride=given.stride)
        if self._options.padding != "least" or given.stride:
            return box, self._engines.own
        least = fit(size_wh, given.full_wh, centred=self._head.centred, stride=given.cell)
        smaller = self._engines.at(least.full_wh) if _is_within(least.full_wh, box.full_wh) else None
        return (least, smaller) if smaller else (box, self._engines.own)

    def _is_read_alike(self, smaller: Engine) -> bool:
        """Whether the outputs for a smaller input are those of the same head."""
        try:
            return _find_head(self._path, smaller, self._options) == self._head
        except HeadUnknown:
            return False

    def _begin(self, pictures: Sequence[Array], box: Letterbox, engine: Engine) -> _Batch:
        """Lay pictures into a batch, of those that are spare or a new one, and start the engine on it."""
        count = self._input.count if self._input.fixed else len(pictures)
        if len(self._spare) > _SIZES_KEPT:
            self._spare.clear()
        spare = self._spare.setdefault((box, count), [])
        scale = self._head.scale
        tensor = spare.pop() if spare else blank(count, box.full_wh, scale, self._input.dtype)
        lay(pictures, box, tensor, scale, bgr=self._head.bgr)
        pending = engine.start(tensor)
        self.precision = engine.precision  # an engine may know better what it runs in once it does
        return _Batch(pending, len(pictures), box, tensor, spare)

    def _finish(self, batch: _Batch) -> list[Detections]:
        outputs = batch.pending.result()
        batch.spare.append(batch.tensor)
        with np.errstate(invalid="ignore", over="ignore"):
            found = self._head.decode(outputs, batch.box.full_wh, self._options.score)
            return [self._choose(candidates, batch.box) for candidates in found[: batch.count]]

    def _choose(self, candidates: Candidates, box: Letterbox) -> Detections:
        """Keep what can be a box, and of those that are one the surest."""
        inside, score, class_id = candidates
        xyxy = box.to_picture(inside)
        good = sensible(xyxy, box.size_wh) & np.isfinite(score)
        if self.classes:
            good &= class_id < len(self.classes)
        if not good.all():
            self.dropped += int(len(good) - good.sum())
            xyxy, score, class_id = xyxy[good], score[good], class_id[good]
        if self._head.suppressed:
            kept = np.argsort(-score, kind="stable")[: self._options.max_boxes]
        else:
            kept = suppress(xyxy, score, class_id, self._options.iou, self._options.max_boxes)
        return Detections(clip(xyxy[kept], box.size_wh), np.clip(score[kept], 0, 1), class_id[kept])


@dataclass(frozen=True, slots=True)
class _Batch:
    """Pictures an engine is at work on."""

    pending: Pending
    count: int
    box: Letterbox
    tensor: Array
    spare: list[Array]  # where the tensor goes afterwards


class _Seeking:
    """The detections of some batches; each is decoded once, when they are asked for."""

    def __init__(self, detector: ModelDetector, batches: list[_Batch]) -> None:
        self._detector = detector
        self._batches = batches
        self._found: list[Detections] = []

    def result(self) -> list[Detections]:
        while self._batches:
            self._found += self._detector._finish(self._batches.pop(0))
        return list(self._found)


@dataclass(frozen=True, slots=True)
class _Input:
    """The first input of a model, and how it is filled."""

    full_wh: tuple[int, int]
    stride: int  # to whose multiple an input may shrink; 0 where its size is fixed
    cell: int  # side of the largest cell (px)
    count: int
    fixed: bool  # whether a batch must be whole
    dtype: str

    @staticmethod
    def of(engine: Engine, options: DetectOptions) -> _Input:
        spec = engine.inputs[0]
        batch, _, height, width = spec.shape
        stride = _whole(engine.metadata.get("stride", ""), 32)
        side = max(options.size_px // stride, 1) * stride
        usual = (side, side) if options.size_px else _usual_size(engine.metadata)
        at_once = options.batch or (1 if engine.device.startswith("cpu") else 8)
        return _Input(
            full_wh=(width or usual[0], height or usual[1]),
            stride=0 if width and height else stride,
            cell=stride,
            count=batch or at_once,
            fixed=batch is not None,
            dtype=spec.dtype,
        )


def _is_within(size_wh: tuple[int, int], full_wh: tuple[int, int]) -> bool:
    """Whether a size is smaller than another, and nowhere larger."""
    return size_wh != full_wh and size_wh[0] <= full_wh[0] and size_wh[1] <= full_wh[1]


def _usual_size(metadata: Mapping[str, str]) -> tuple[int, int]:
    """Width and height (px) that a model of no fixed size is made for."""
    numbers = [int(number) for number in re.findall(r"\d{1,5}", metadata.get("imgsz", ""))]
    return (numbers[-1], numbers[0]) if numbers and min(numbers) > 0 else (640, 640)


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and 0 < int(text) <= 1024 else otherwise


def _find_head(path: str | Path, engine: Engine, options: DetectOptions) -> Head:
    """The head of a model; a file of class names helps where the model itself names none."""
    known = 0 if read_names(engine.metadata) or not options.classes else len(read_file(options.classes))
    try:
        return find_head(engine.inputs, engine.outputs, engine.metadata, options.head, class_count=known)
    except HeadUnknown as error:
        raise HeadUnknown(f"{path}: {error}") from None
