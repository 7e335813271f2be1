"""Clips of any resolution, drawn and encoded without the ffmpeg command, kept in the work folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from funscribe.bench.kept import code_digest, make_folder
from funscribe.files import whole_file
from funscribe.testing import SCENES
from funscribe.testing.textures import noise
from funscribe.video.writer import write_video

RATE_HZ = 30.0
# Size (px) and frames: few of the large ones, which take a second each to be encoded.
SIZES = {
    "160p": ((284, 160), 100),
    "480p": ((854, 480), 60),
    "1080p": ((1920, 1080), 40),
    "4K": ((3840, 2160), 16),
    "8K": ((7680, 4320), 12),
}
RESOLUTIONS = ("480p", "1080p", "4K", "8K")
_SCENE = "oblique"
_GRAIN = 2.0  # standard deviation of the noise (grey levels), without which pictures would cost too little
_SPARE_PX = 64


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip, and what it is.

    Attributes:
        path: The file.
        resolution: One of `SIZES`.
        codec: FFmpeg's name of what encoded it.
        frames: How many it has (count).
    """

    path: Path
    resolution: str
    codec: str
    frames: int

    @property
    def size_wh(self) -> tuple[int, int]:
        """Size of its pictures (px)."""
        return SIZES[self.resolution][0]

    def told(self) -> dict[str, Any]:
        """Return what a row says of it."""
        width, height = self.size_wh
        return {
            "resolution": self.resolution,
            "size": f"{width}x{height}",
            "codec": self.codec,
            "frames": self.frames,
        }


def drawn(work: Path, resolution: str, codec: str = "libx264") -> Clip:
    """Return the same motion at a resolution: a scene of 640x360, enlarged, and with noise of its own.

    Raises:
        ValueError: This build of PyAV has no such encoder.
    """
    size_wh, frames = SIZES[resolution]
    folder = make_folder(work / f"drawn-{code_digest('testing', 'video')}")
    path = folder / f"{resolution}-{codec}.mp4"
    if not path.is_file():
        write_video(path, _pictures(size_wh, frames), RATE_HZ, codec=codec, gop=frames)
    return Clip(path, resolution, codec, frames)


def looped(clip: Clip, times: int) -> Clip:
    """Return a clip over and over; nothing is encoded anew."""
    path = clip.path.with_name(f"{clip.path.stem}-times-{times}.mp4")
    if not path.is_file():
        with whole_file(path) as unfinished, av.open(str(unfinished), "w", format="mp4") as target:
            _copy(clip, target, times)
    return Clip(path, clip.resolution, clip.codec, clip.frames * times)


def _copy(clip: Clip, target: Any, times: int) -> None:
    stream = None
    for turn in range(times):
        with av.open(str(clip.path)) as source:
            taken = source.streams.video[0]
            stream = stream or target.add_stream_from_template(taken)
            later = round(turn * clip.frames / RATE_HZ / taken.time_base)
            for packet in source.demux(taken):
                if packet.size:
                    packet.pts += later
                    packet.dts += later
                    packet.stream = stream
                    target.mux(packet)


def _pictures(size_wh: tuple[int, int], count: int) -> Iterator[tuple[float, np.ndarray]]:
    width, height = size_wh
    plane = noise(0, (width + _SPARE_PX, height + _SPARE_PX), _GRAIN)
    rng = np.random.default_rng(0)
    for time_s, picture in islice(SCENES[_SCENE].frames(), count):
        x, y = rng.integers(0, _SPARE_PX, 2)
        large = cv2.resize(picture, size_wh, interpolation=cv2.INTER_CUBIC)
        yield time_s, cv2.add(large, plane[y : y + height, x : x + width], dtype=cv2.CV_8U)
