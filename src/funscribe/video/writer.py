"""Pictures become a video file: the one place that encodes."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter
from numpy.typing import NDArray

from funscribe.files import not_writable, whole_file

Picture = NDArray[np.uint8]

TICKS_PER_S = 90_000
"""Ticks of the written clock in a second; 24, 25, 30, 50, 60 and 29.97 Hz fall on whole ticks."""

_MPEG4_TICKS_PER_S = 30_000  # the standard has 16 bits for it; the usual rates still fall on whole ticks
_BT709 = 1  # the number that the H.264 tables give to BT.709
_LIMITED = 1  # AVCOL_RANGE_MPEG
_log = logging.getLogger(__name__)


def best_codec() -> str:
    """Name of the encoder that is used when none is asked for: H.264, or else MPEG-4 part 2, which is said.

    Returns:
        "libx264" where this build of FFmpeg has it, "mpeg4" where it has not.
    """
    if _encodes("libx264"):
        return "libx264"
    _log.warning("this build of PyAV has no libx264; writing with mpeg4 instead, in larger files")
    return "mpeg4"


def write_video(
    path: str | Path,
    frames: Iterable[tuple[float, Picture]],
    rate_hz: float | None = None,
    *,
    codec: str | None = None,
    crf: int = 23,
    gop: int | None = None,
) -> Path:
    """An MP4 file of the frames, at their exact times, that appears only once it is complete.

    Args:
        path: The file to write; one that is there is replaced. Its folder must exist.
        frames: Pairs of a time (s, at least 0, strictly increasing) and a picture, uint8, grey (H, W) or
            RGB (H, W, 3), all of one size with an even width and height. Taken one by one.
        rate_hz: Nominal frame rate for the header and the encoder (Hz); from the first two times if None.
        codec: FFmpeg's name of the encoder; `best_codec()` if None.
        crf: Constant quality: 18 is hardly lossy, 23 usual, 30 coarse.
        gop: Most frames from one keyframe to the next; three seconds of them if None.

    Returns:
        The path.

    Raises:
        OutputNotWritable: The folder is missing or forbidden, or the disk is full.
        ValueError: There are no frames, a picture or a time is not as said above, or the codec is unknown.
    """
    path = Path(path)
    codec = codec or best_codec()
    if not _encodes(codec):
        raise ValueError(f"no encoder {codec!r} in this build of PyAV: use 'libx264' or 'mpeg4'")
    timed = _with_durations(_checked(frames))
    first = next(timed, None)
    if first is None:
        raise ValueError(f"no frames to write to {path}")
    rate = Fraction(rate_hz or TICKS_PER_S / first[1]).limit_denominator(1001)
    with whole_file(path) as unfinished, _told_as_ours(path):
        # The edit list that holds a late first time is counted in ticks of the movie, by default only 1 ms.
        options = {"movflags": "+faststart", "movie_timescale": str(TICKS_PER_S)}
        with av.open(str(unfinished), "w", format="mp4", options=options) as container:
            height, width = first[2].shape[:2]
            stream: Any = container.add_stream(codec, rate=rate, options=_options(codec, crf))
            _set_up(stream, (width, height), gop or max(1, round(3 * rate)))
            _encode(container, stream, itertools.chain([first], timed))
    return path


def _encodes(codec: str) -> bool:
    try:
        return av.Codec(codec, "w").is_encoder
    except av.codec.codec.UnknownCodecError:
        return False


def _set_up(stream: Any, size_wh: tuple[int, int], gop: int) -> None:
    context = stream.codec_context
    context.width, context.height = size_wh
    context.pix_fmt = "yuv420p"
    context.gop_size = gop
    stream.time_base = Fraction(1, TICKS_PER_S)
    context.time_base = Fraction(1, _MPEG4_TICKS_PER_S if context.name == "mpeg4" else TICKS_PER_S)
    context.color_range = _LIMITED
    context.colorspace = context.color_primaries = context.color_trc = _BT709


def _options(codec: str, crf: int) -> dict[str, str]:
    if codec == "mpeg4":  # has no constant quality but a quantiser; 118 is FFmpeg's unit of it
        return {"flags": "+qscale", "global_quality": str(118 * max(1, min(31, crf // 6)))}
    return {"crf": str(crf), "preset": "veryfast"}


def _encode(container: Any, stream: Any, timed: Iterable[tuple[int, int, Picture]]) -> None:
    convert = VideoReformatter()
    for pts, duration, picture in timed:
        layout = "gray" if picture.ndim == 2 else "rgb24"
        frame = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(picture), format=layout)
        frame = convert.reformat(frame, format="yuv420p", dst_colorspace=Colorspace.ITU709)
        frame.pts, frame.duration, frame.time_base = pts, duration, Fraction(1, TICKS_PER_S)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _checked(frames: Iterable[tuple[float, Picture]]) -> Iterator[tuple[int, Picture]]:
    """The frames with their time in ticks, each one fit to be encoded."""
    shape: tuple[int, ...] | None = None
    last = -1
    for time_s, picture in frames:
        if not np.isfinite(time_s) or time_s < 0:
            raise ValueError(f"a frame's time must be finite and at least 0, not {time_s} s")
        pts = round(time_s * TICKS_PER_S)
        if pts <= last:
            raise ValueError(f"times must increase: {time_s} s comes after {last / TICKS_PER_S} s")
        if shape is None:
            shape = _checked_shape(picture)
        if picture.shape != shape or picture.dtype != np.uint8:
            raise ValueError(
                f"every picture must be uint8 {shape} as the first, not {picture.dtype} {picture.shape}"
            )
        yield pts, picture
        last = pts


def _checked_shape(picture: Picture) -> tuple[int, ...]:
    shape = picture.shape
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and shape[2] != 3):
        raise ValueError(f"a picture must be grey (H, W) or RGB (H, W, 3), not {shape}")
    if min(shape[:2]) < 2 or shape[0] % 2 or shape[1] % 2:
        raise ValueError(f"width and height must be even, not {shape[1]}x{shape[0]}: crop by one pixel")
    return tuple(shape)


def _with_durations(timed: Iterator[tuple[int, Picture]]) -> Iterator[tuple[int, int, Picture]]:
    """Each frame with the ticks until the next one; the last is shown as long as the one before it."""
    held = next(timed, None)
    if held is None:
        return
    duration = TICKS_PER_S // 30
    for following in timed:
        duration = following[0] - held[0]
        yield held[0], duration, held[1]
        held = following
    yield held[0], duration, held[1]


@contextmanager
def _told_as_ours(path: Path) -> Iterator[None]:
    """FFmpeg's complaints about the file as `OutputNotWritable`."""
    try:
        yield
    except av.error.FFmpegError as error:
        raise not_writable(path, OSError(error.errno, error.strerror)) from error
