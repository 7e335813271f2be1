"""The sound of a media file as samples, with the time at which it begins."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from numpy.typing import NDArray

from funscribe.errors import VideoNotFound, VideoUnreadable


class Sound(NamedTuple):
    """Sound of one channel.

    Attributes:
        samples: The samples (N,), float32, -1..1.
        rate_hz: Samples a second (Hz).
        start_s: When the first one is heard, from where a player shows 0:00 (s).
    """

    samples: NDArray[np.float32]
    rate_hz: int
    start_s: float


def read_sound(path: str | Path, rate_hz: int = 22_050) -> Sound:
    """Read the sound of a media file, all channels mixed into one.

    Packets that cannot be decoded are left out, and what follows them keeps its place in time.

    Raises:
        VideoNotFound: There is no such file.
        VideoUnreadable: It is no media file, or holds no sound that can be decoded.
    """
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return _read(container, path, rate_hz)
    except FileNotFoundError as error:
        raise VideoNotFound(f"{path} does not exist; check the path") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, VideoUnreadable):
            raise
        raise VideoUnreadable(f"{path} holds no sound that can be read: {error}") from error


def _read(container: InputContainer, path: str | Path, rate_hz: int) -> Sound:
    if not container.streams.audio:
        raise VideoUnreadable(f"{path} holds no sound; give its beats as a list, a time (s) a line")
    stream = container.streams.audio[0]
    origin_s = (container.start_time or 0) / av.time_base
    resampler = AudioResampler(format="flt", layout="mono", rate=rate_hz)
    parts: list[NDArray[np.float32]] = []
    start_s: float | None = None
    length = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            if frame.time is not None:
                start_s = frame.time - origin_s if start_s is None else start_s
                # Where packets are missing there is silence, so that later beats do not come too early.
                missing = round((frame.time - origin_s - start_s) * rate_hz) - length
                if missing > rate_hz // 10:
                    parts.append(np.zeros(missing, np.float32))
                    length += missing
            frame.pts = None
            for made in resampler.resample(frame):
                parts.append(made.to_ndarray().ravel().astype(np.float32, copy=False))
                length += len(parts[-1])
    if not length:
        raise VideoUnreadable(f"{path} holds no sound that can be decoded")
    return Sound(np.concatenate(parts), rate_hz, start_s or 0.0)
