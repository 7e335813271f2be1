"""The protocols of a source of frames, and its openers."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from funscribe.errors import TimeOutsideVideo, VideoNotFound
from funscribe.plugins import load
from funscribe.urls import is_url
from funscribe.video.options import VideoOptions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from funscribe.records import VideoInfo


class Frame(Protocol):
    """One picture of a video and its exact time."""

    index: int  # counted from where reading began
    time_s: float

    def luma(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """Return the stored luma plane (H, W), without a copy where the format allows it.

        It is uint16 where `VideoInfo.luma_bits` is over 8.
        """

    def rgb(self, size_wh: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Return the stored picture, not yet upright, as RGB (H, W, 3), at another size (px) if given."""


class Source(Protocol):
    """A video that is read once, whole or one passage of it.

    A plug-in of the group `funscribe.sources` is called with a path, `VideoOptions` and `threads=`.
    """

    info: VideoInfo
    damaged: int  # packets and frames left out so far
    concealed: int  # pictures so far of which the decoder had to make up a part
    first_pts: int | None  # of the file, None without a clock
    last_pts: int | None  # of the last frame yielded, None before the first

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames in the order they are shown."""

    def between(self, start_pts: int | None, end_pts: int | None) -> Generator[Frame, None, None]:
        """Yield the frames with pts in [start_pts, end_pts), and the one after as a last one.

        `start_pts` is the pts of a keyframe; None is the start or the end of the file.
        """

    def between_s(self, start_s: float, end_s: float | None) -> Iterator[Frame]:
        """Yield the frames shown in [start_s, end_s) (s), and the one after as a last one."""

    def keyframe_near(self, pts: int) -> int | None:
        """Return the pts of the keyframe that a seek to `pts` finds, before or after it, or None."""

    def begins_at(self, key: int) -> bool:
        """Tell whether decoding may begin at a keyframe: not all that are called so are whole pictures."""

    def close(self) -> None:
        """Release the file and the decoder."""


def probe(path: str | Path) -> VideoInfo:
    """Return what a file says of itself, after decoding its first frame.

    Raises:
        VideoNotFound: There is no such file.
        VideoUnreadable: No picture can be decoded.
        VideoEncrypted: The pictures are encrypted.
    """
    source = open_source(path)
    try:
        return source.info
    finally:
        source.close()


def open_source(path: str | Path, options: VideoOptions | None = None, *, threads: int = 0) -> Source:
    """Open a video for reading.

    Args:
        path: The file, or a URL that fsspec knows (s3://, http://, ...).
        options: How to decode.
        threads: Decoder threads; 0 leaves it to the decoder.

    Raises:
        VideoError: The video cannot be used.
        DeviceMissing: It is at a URL, and a library for that is not installed.
        PluginNotFound: No source of the name in the options is installed.
    """
    if not is_url(path) and not Path(path).is_file():
        what = "is a folder, not a video" if Path(path).is_dir() else "does not exist; check the path"
        raise VideoNotFound(f"{path} {what}")
    chosen = options or VideoOptions()
    source: Source = load("funscribe.sources", chosen.source)(str(path), chosen, threads=threads)
    return source


def frames(path: str | Path, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Frame]:
    """Yield the frames of a video shown in [start_s, end_s).

    Args:
        path: The file.
        start_s: First time wanted (s).
        end_s: Time to stop before (s); None is the end of the video.

    Raises:
        TimeOutsideVideo: The passage does not lie within the video.
    """
    source = open_source(path)
    try:
        end = source.info.duration_s_from_header
        inside = 0 <= start_s < (math.inf if end is None else end)
        if not inside or (end_s is not None and not end_s > start_s):
            upto = "its end" if end is None else f"{end:.3f} s"
            raise TimeOutsideVideo(
                f"{path}: {start_s} s to {end_s} s is not a passage of the video; valid is 0 s to {upto}"
            )
        found = False
        for frame in source.between_s(start_s, end_s):
            found = True
            if end_s is None or frame.time_s < end_s:
                yield frame
        if not found and start_s > 0:
            raise TimeOutsideVideo(f"{path}: no frame is shown from {start_s} s on; the video ends before")
    finally:
        source.close()
