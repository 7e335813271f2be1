"""A model looks at some of the frames of a segment, while the next ones are decoded."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from funscribe.detect import DetectOptions, Detector, open_detector
from funscribe.detect.classes import class_ids
from funscribe.detect.embedder import Embedder
from funscribe.detect.models import find_model
from funscribe.recipe import Recipe
from funscribe.records import Array, DetectionRows, Detections, VideoInfo

_UNDER_WAY = 2  # batches of pictures that are held at most
_LOOKS_PX = 1280  # longer side of pictures from which boxes are cut out


class Model(msgspec.Struct, frozen=True):
    """The model that looks, and how.

    Attributes:
        path: Its file.
        sha256: What its file holds.
        options: How it is run and how often it looks.
        threads: Threads of its engine; 0 leaves it to the engine.
        embedder: File of a model that tells what boxes look like; empty for none.
        embedder_sha256: What that file holds.
    """

    path: str
    sha256: str
    options: DetectOptions
    threads: int = 0
    embedder: str = ""
    embedder_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a segment, and what really ran: engine, device and precision."""

    rows: DetectionRows
    seen_by: tuple[str, str, str]


def model_of(recipe: Recipe) -> Model:
    """Return the model that a recipe names.

    Raises:
        ModelNotFound: There is no such model.
        ClassUnknown: A role is given to a class that the model does not have.
    """
    file = find_model(recipe.detect.model)
    roles = ((recipe.motion.anchor,) if recipe.motion.anchor else ()) + recipe.motion.contacts
    if roles:  # what is misspelt is told now, and not after an hour of watching
        detector = open_detector(file.path, recipe.detect)
        detector.close()
        class_ids(roles, detector.classes)
    looks = find_model(recipe.detect.embedder) if recipe.detect.embedder else None
    return Model(
        str(file.path),
        file.sha256,
        recipe.detect,
        embedder=str(looks.path) if looks else "",
        embedder_sha256=looks.sha256 if looks else "",
    )


def seen_with(model: Model) -> bytes:
    """Return what of a model changes what is seen, encoded."""
    how = msgspec.structs.replace(model.options, model="", embedder="", batch=0, streams=0)
    return msgspec.json.encode((model.sha256, model.embedder_sha256, how), order="deterministic")


class Lookout:
    """Hands the frames of a segment that are due to a detector, and gathers what it finds.

    A frame is due when it is the first after a tick of `rate_hz`; so is the first frame of a segment, whose
    predecessor nobody here has seen.
    """

    def __init__(self, model: Model, info: VideoInfo) -> None:
        self._detector = _detector(_for_videos(model))
        self._embedder = _embedder(model) if model.embedder else None
        self._dropped_before = self._detector.dropped
        self._options = model.options
        self._info = info
        # What boxes look like is not told from a picture as small as a detector wants it.
        large = self._embedder is not None
        size_wh = _at_most(info.size_wh, _LOOKS_PX) if large else self._detector.wanted_size(info.size_wh)
        self._stored_wh = size_wh if info.rotation % 180 == 0 else size_wh[::-1]
        self._quarter_turns = -(info.rotation // 90) % 4
        self._looked: list[bool] = []
        self._tick = -math.inf
        self._waiting: list[Array] = []
        self._under_way: deque[Any] = deque()
        self._found: list[Detections] = []

    def see(self, frame: Any) -> None:
        """Take the next frame; its picture is made only if it is due."""
        tick = math.floor(frame.time_s * self._options.rate_hz + 1e-6)
        due = self._options.every_frame or tick != self._tick
        self._tick = tick
        self._looked.append(due)
        if due:
            picture = frame.rgb(self._stored_wh)
            if self._quarter_turns:
                picture = np.ascontiguousarray(np.rot90(picture, self._quarter_turns))
            self._waiting.append(picture)
            if len(self._waiting) >= self._detector.batch:
                self._start()

    def finish(self) -> Looked:
        """Wait for what is under way and return all that was found."""
        if self._waiting:
            self._start()
        while self._under_way:
            self._take()
        detector = self._detector
        rows = _rows(self._looked, self._found, detector.classes, detector.dropped - self._dropped_before)
        return Looked(rows, (detector.engine, detector.device, detector.precision))

    def _start(self) -> None:
        while len(self._under_way) >= _UNDER_WAY:
            self._take()
        sought = self._detector.start(self._waiting, self._info.size_wh)
        self._under_way.append((sought, self._waiting if self._embedder is not None else []))
        self._waiting = []

    def _take(self) -> None:
        """Wait for the oldest batch under way."""
        sought, pictures = self._under_way.popleft()
        found = sought.result()
        if self._embedder is not None:
            pairs = zip(found, pictures, strict=True)
            found = [_with_looks(one, picture, self._info, self._embedder) for one, picture in pairs]
        self._found.extend(found)


@lru_cache(maxsize=1)
def _detector(model: Model) -> Detector:
    """Return the detector of this process: loading a model takes longer than watching a short segment."""
    return open_detector(model.path, model.options, threads=model.threads)


@lru_cache(maxsize=1)
def _embedder(model: Model) -> Embedder:
    return Embedder(model.embedder, model.options, threads=model.threads)


def _for_videos(model: Model) -> Model:
    """Return a model that is not shown the grey above and below all pictures of a video."""
    if model.options.padding != "auto":
        return model
    return msgspec.structs.replace(model, options=msgspec.structs.replace(model.options, padding="least"))


def _with_looks(found: Detections, picture: Array, info: VideoInfo, embedder: Embedder) -> Detections:
    """Return detections with what they look like in an upright picture of any size."""
    scale = np.array(picture.shape[1::-1], np.float32) / np.array(info.size_wh, np.float32)
    looks = embedder.embed(picture, found.xyxy * np.tile(scale, 2))
    return Detections(found.xyxy, found.score, found.class_id, looks)


def _at_most(size_wh: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size_wh))
    return max(2, round(size_wh[0] * scale)), max(2, round(size_wh[1] * scale))


def _rows(
    looked: list[bool], found: list[Detections], classes: tuple[str, ...], dropped: int
) -> DetectionRows:
    counts = np.zeros(len(looked), np.int64)
    counts[np.flatnonzero(looked)] = [len(one) for one in found]
    return DetectionRows(
        np.array(looked, np.bool_),
        np.concatenate([[0], np.cumsum(counts)]),
        np.concatenate([one.xyxy for one in found]) if found else np.zeros((0, 4)),
        np.concatenate([one.score for one in found]) if found else np.zeros(0),
        np.concatenate([one.class_id for one in found]) if found else np.zeros(0),
        _looks(found),
        classes=classes,
        dropped=dropped,
    )


def _looks(found: list[Detections]) -> Array:
    """Return the embeddings of all; a picture in which nothing was found cannot say how long they are."""
    there = [one.embedding for one in found if len(one) and one.embedding is not None]
    return np.concatenate(there) if there else np.zeros((0, 0), np.float32)
