"""What a stored trace is found by: a digest of the video and of the options that made it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from funscribe.errors import VideoNotFound, VideoUnreadable
from funscribe.urls import is_url

_FORMAT = b"funscribe trace 1"  # raised whenever the same video and options would give another trace
_END = 1 << 20
_SAMPLE = 1 << 16
_SAMPLES = 32


def trace_key(path: str | Path, options: bytes) -> str:
    """Return the key of the trace of a video, 32 hexadecimal digits.

    The video counts by its size, its head, its tail and blocks sampled evenly between, 4 MB in all:
    reading 60 GB only to name them would take longer than many a video takes to watch. One at a URL counts
    by the same bytes, so that it is known again wherever it lies and however it is reached.

    Args:
        path: The video, a path or a URL.
        options: The options that the trace depends on, encoded.

    Raises:
        VideoError: It cannot be read.
        DeviceMissing: It is at a URL, and a library for that is not installed.
    """
    digest = hashlib.sha256(_FORMAT + len(options).to_bytes(8, "little") + options)
    size, parts = _read_url(str(path)) if is_url(path) else _read_file(Path(path))
    digest.update(size.to_bytes(8, "little"))
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:32]


def _read_url(url: str) -> tuple[int, list[bytes]]:
    from funscribe.remote import read_parts

    return read_parts(url, _bounds)


def _read_file(path: Path) -> tuple[int, list[bytes]]:
    if path.is_dir():
        raise VideoNotFound(f"{path} is a folder, not a video")
    if not path.is_file():  # a pipe would let us wait for ever
        raise VideoNotFound(f"{path} does not exist; check the path")
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return size, [_part(file, *bounds) for bounds in _bounds(size)]
    except FileNotFoundError as error:
        raise VideoNotFound(f"{path} does not exist; check the path") from error
    except OSError as error:
        raise VideoUnreadable(f"{path} cannot be read: {error.strerror}; check its permissions") from error


def _part(file: BinaryIO, start: int, stop: int) -> bytes:
    file.seek(start)
    return file.read(stop - start)


def _bounds(size: int) -> list[tuple[int, int]]:
    """Return the first byte and the one after the last of every block that is read."""
    starts = [k * size // (_SAMPLES + 1) for k in range(1, _SAMPLES + 1)]
    blocks = [(0, _END), *((start, start + _SAMPLE) for start in starts), (max(0, size - _END), size)]
    return [(start, min(stop, size)) for start, stop in blocks]
