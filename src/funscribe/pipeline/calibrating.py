"""Pictures of videos show a model what it will see: it is made smaller with some, and tried on others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from funscribe.detect import DetectOptions, open_detector
from funscribe.detect.quantise import Comparison, check_quantisable, compare, quantise
from funscribe.errors import CalibrationInvalid
from funscribe.records import Array, VideoInfo
from funscribe.video import Frame, VideoOptions, open_source

OnStep = Callable[[str, float], None]
"""Told what is being done and how far the whole is (0..1)."""

SizeFor = Callable[[tuple[int, int]], tuple[int, int]]
"""Tells the size (px) at which a picture of a size is wanted."""

LEAST = 16  # pictures below which ranges of values mean nothing
_TRIED_OF = 3  # each third picture is not learnt from: the models are compared on it
_READ_WHOLE_S = 120.0  # videos up to this length are read once instead of sought in
_GATHERING, _QUANTISING = 0.3, 0.8  # share of the whole at which each ends


@dataclass(frozen=True, slots=True)
class Pictures:
    """RGB pictures (H, W, 3), uint8: those to learn ranges from, and others to try models on."""

    learnt: tuple[Array, ...]
    tried: tuple[Array, ...]


def quantise_with_videos(
    model: Path, videos: Sequence[Path], target: Path, *, count: int = 100, on_step: OnStep | None = None
) -> Comparison:
    """Write a model of 8-bit arithmetic and return how it does beside the one that it was made of.

    Args:
        model: The model, of floating-point numbers.
        videos: Where its pictures are taken from, evenly in time.
        target: The `.xml` file to write; its `.bin` is written beside it.
        count: Pictures to learn the ranges of values from (count).
        on_step: Told how far it is.

    Raises:
        CalibrationInvalid: There is no video, or there are too few pictures in them.
        ModelInvalid: The model cannot be quantised.
        HeadUnknown: What it finds cannot be told.
        DeviceMissing: The extra `quantise` is not installed.
        VideoError: A video cannot be used.
    """
    tell = on_step or _nobody
    check_quantisable(model)
    _refuse_none(videos)
    options = DetectOptions(device="cpu", engine="openvino", precision="fp32")
    detector = open_detector(model, options)
    try:
        pictures = gather(videos, count, detector.wanted_size, lambda at: tell("pictures", at * _GATHERING))
    finally:
        detector.close()
    span = _QUANTISING - _GATHERING
    quantise(model, pictures.learnt, target, lambda at: tell("quantising", _GATHERING + at * span))
    rest = 1 - _QUANTISING
    return compare(model, target, pictures.tried, lambda at: tell("comparing", _QUANTISING + at * rest))


def gather(
    videos: Sequence[Path],
    count: int,
    size_for: SizeFor,
    on_share: Callable[[float], None] | None = None,
) -> Pictures:
    """Return pictures of videos, evenly spread over each, upright; two thirds are to learn from.

    Args:
        videos: The videos; each gives as many as the others.
        count: Pictures to learn from (count).
        size_for: Tells the size (px) that a picture of a size is wanted at.
        on_share: Told how far it is (0..1).

    Raises:
        CalibrationInvalid: There is no video, or there are too few pictures in them.
        VideoError: A video cannot be used.
    """
    _refuse_none(videos)
    each = math.ceil(count * _TRIED_OF / (_TRIED_OF - 1) / len(videos))
    found: list[Array] = []
    for number, video in enumerate(videos):
        found += _spread(video, each, size_for)
        if on_share is not None:
            on_share((number + 1) / len(videos))
    if len(found) < LEAST:
        raise CalibrationInvalid(
            f"{len(videos)} videos have {len(found)} pictures, and quantising needs {LEAST}; name longer ones"
        )
    tried = tuple(found[_TRIED_OF // 2 :: _TRIED_OF])
    learnt = tuple(picture for at, picture in enumerate(found) if at % _TRIED_OF != _TRIED_OF // 2)
    return Pictures(learnt, tried)


def _refuse_none(videos: Sequence[Path]) -> None:
    if not videos:
        raise CalibrationInvalid(
            "quantising needs pictures of what the model will see: name videos of yours with --frames"
        )


def _spread(video: Path, count: int, size_for: SizeFor) -> list[Array]:
    """Pictures of a video, evenly spread: by seeking in a long one, else by reading it once."""
    options = VideoOptions(skip_loop_filter=False)
    source = open_source(video, options)
    try:
        length_s = source.info.duration_s_from_header or 0.0
        if length_s <= _READ_WHOLE_S:
            return _thinned((_upright(frame, source.info, size_for) for frame in source), count)
    finally:
        source.close()
    found = []
    for moment in (np.arange(count) + 0.5) * length_s / count:
        found += _first_from(video, options, float(moment), size_for)
    return found


def _first_from(video: Path, options: VideoOptions, time_s: float, size_for: SizeFor) -> list[Array]:
    """The picture shown from a time on; none if the video ends before, whatever its header says."""
    source = open_source(video, options)
    try:
        for frame in source.between_s(time_s, None):
            return [_upright(frame, source.info, size_for)()]
        return []
    finally:
        source.close()


def _thinned(pictures: Iterable[Callable[[], Array]], count: int) -> list[Array]:
    """Evenly spread ones of any number of pictures, without knowing how many will come."""
    kept: list[Array] = []
    step = 1
    for at, picture in enumerate(pictures):
        if at % step == 0:
            kept.append(picture())
        if len(kept) > 2 * count:
            kept = kept[::2]
            step *= 2
    if len(kept) <= count:
        return kept
    return [kept[at] for at in ((np.arange(count) + 0.5) * len(kept) / count).astype(int)]


def _upright(frame: Frame, info: VideoInfo, size_for: SizeFor) -> Callable[[], Array]:
    def picture() -> Array:
        size_wh = size_for(info.size_wh)
        stored = frame.rgb(size_wh if info.rotation % 180 == 0 else size_wh[::-1])
        return np.ascontiguousarray(np.rot90(stored, -(info.rotation // 90) % 4))

    return picture


def _nobody(what: str, share: float) -> None:
    """Tell nobody."""
