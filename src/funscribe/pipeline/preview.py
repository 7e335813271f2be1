"""The fastest way for a person to see whether a script is right: the video with the motion drawn in."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from funscribe.ahead import ahead
from funscribe.monitor import Monitor, Progress
from funscribe.overlay import Overlay, Picture
from funscribe.records import MotionSignal, Trace, Tracks, VideoInfo
from funscribe.video.options import VideoOptions
from funscribe.video.source import open_source
from funscribe.video.writer import write_video

_LONGEST_PX = 640


def write_preview(
    path: str | Path,
    trace: Trace,
    signal: MotionSignal,
    options: VideoOptions | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    tracks: Tracks | None = None,
) -> Path:
    """Write the video, small, with the position bar, the found region and the field drawn in; no sound.

    Args:
        path: The MP4 file to write.
        trace: What was watched; its video is read again.
        signal: The motion made of the trace.
        options: How to decode.
        on_progress: Told how far it is, at most four times a second.
        tracks: What was followed, to be drawn as well.

    Raises:
        VideoError: The video cannot be read any more.
        OutputNotWritable: The file cannot be written.
    """
    size_wh = preview_size(trace.info)
    monitor = Monitor(trace.info.duration_s_from_header, on_progress)
    overlay = Overlay(trace, signal, size_wh, tracks)
    pictures = _pictures(trace.info, size_wh, options)
    # Decoding, drawing and encoding each have a thread of their own.
    with closing(ahead(_drawn(overlay, pictures, monitor))) as drawn:
        return write_video(path, drawn, rate_hz=trace.info.rate_hz_from_header)


def preview_size(info: VideoInfo) -> tuple[int, int]:
    """Return the size of the preview's picture (px), even, the longer side at most 640."""
    scale = min(1.0, _LONGEST_PX / max(info.size_wh))
    width, height = (max(2, round(side * scale / 2) * 2) for side in info.size_wh)
    return width, height


def _pictures(
    info: VideoInfo, size_wh: tuple[int, int], options: VideoOptions | None
) -> Iterator[tuple[float, Picture]]:
    stored_wh = size_wh if info.rotation % 180 == 0 else size_wh[::-1]
    source = open_source(info.path, options)
    try:
        for frame in source:
            picture = frame.rgb(stored_wh)
            yield frame.time_s, np.rot90(picture, -(info.rotation // 90) % 4)
    finally:
        source.close()


def _drawn(
    overlay: Overlay, pictures: Iterator[tuple[float, Any]], monitor: Monitor
) -> Generator[tuple[float, Picture], None, None]:
    last_s = 0.0
    for time_s, picture in pictures:
        if time_s >= 0:
            yield time_s, overlay.draw(picture, time_s)
            monitor.add(1, time_s - last_s)
            last_s = time_s
