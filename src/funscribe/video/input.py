"""What a video is read from: a file of this machine, or one that lies elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from funscribe.urls import is_url

if TYPE_CHECKING:
    from funscribe.remote import RemoteFile


class Input:
    """The bytes of a video, which may be read from the beginning more than once.

    What was fetched from elsewhere is kept from one reading to the next.

    Args:
        path: A path, or a URL that fsspec knows.

    Raises:
        VideoError: It is at a URL and cannot be opened.
        DeviceMissing: It is at a URL, and a library for that is not installed.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = _open_url(path) if is_url(path) else None

    def begin(self) -> str | RemoteFile:
        """Return what PyAV opens: a path, or a file that stands at its beginning."""
        if self._file is None:
            # An absolute one: FFmpeg takes what stands before a colon for a protocol.
            return str(Path(self._path).absolute())
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()


def _open_url(url: str) -> RemoteFile:
    from funscribe.remote import open_url  # only who names a URL needs fsspec

    return open_url(url)
