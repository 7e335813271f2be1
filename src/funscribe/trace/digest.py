"""What a stored trace is found by: a digest of the video and of the options that made it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from funscribe.errors import VideoNotFound, VideoUnreadable

_FORMAT = b"funscribe trace 1"  # raised whenever the same video and options would give another trace
_END = 1 << 20
_SAMPLE = 1 << 16
_SAMPLES = 32


def trace_key(path: str | Path, options: bytes) -> str:
    """Return the key of the trace of a video, 32 hexadecimal digits.

    The video counts by its size, its head, its tail and blocks sampled evenly between, 4 MB in all:
    reading 60 GB only to name them would take longer than many a video takes to watch.

    Args:
        path: The video.
        options: The options that the trace depends on, encoded.
    """
    if Path(path).is_dir():
        raise VideoNotFound(f"{path} is a folder, not a video")
    if not Path(path).is_file():  # a pipe would let us wait for ever
        raise VideoNotFound(f"{path} does not exist; check the path")
    digest = hashlib.sha256(_FORMAT + len(options).to_bytes(8, "little") + options)
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest.update(size.to_bytes(8, "little"))
            digest.update(file.read(_END))
            for k in range(1, _SAMPLES + 1):
                file.seek(k * size // (_SAMPLES + 1))
                digest.update(file.read(_SAMPLE))
            file.seek(max(0, size - _END))
            digest.update(file.read(_END))
    except FileNotFoundError as error:
        raise VideoNotFound(f"{path} does not exist; check the path") from error
    except OSError as error:
        raise VideoUnreadable(f"{path} cannot be read: {error.strerror}; check its permissions") from error
    return digest.hexdigest()[:32]
