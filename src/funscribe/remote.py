"""Files that lie elsewhere, by URL: the one place that knows fsspec.

What a URL needs besides (endpoint, credentials) is read by fsspec from its own configuration files and
`FSSPEC_...` variables, so no secret has to stand in the URL.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from funscribe.errors import (
    DeviceMissing,
    FunscribeError,
    OutputNotWritable,
    VideoNotFound,
    VideoUnreachable,
    VideoUnreadable,
)
from funscribe.files import write_atomically
from funscribe.urls import shown

_BLOCK = 4 << 20  # bytes: large enough that waiting for an answer is a small part of reading it
_BLOCKS = 8  # kept of one file: its index, where the pictures are and where the sound is
_TRIES = 3
_PAUSE_S = 0.5


def open_url(url: str) -> RemoteFile:
    """Open a file for reading from any place.

    Raises:
        VideoNotFound: There is no such file, or no such kind of place.
        VideoUnreadable: It may not be read, or only from its beginning to its end.
        VideoUnreachable: The place does not answer.
        DeviceMissing: A library is not installed.
    """
    system, path = _locate(url)
    with _telling(url):
        return RemoteFile(url, lambda: _open(system, path))


def read_parts(url: str, wanted: Callable[[int], Sequence[tuple[int, int]]]) -> tuple[int, list[bytes]]:
    """Return the size of a file (bytes) and some parts of it; where the place can, all are fetched at once.

    Args:
        url: The file.
        wanted: Tells the first byte and the one after the last of each part, given the size.

    Raises:
        VideoError: As in `open_url`.
        DeviceMissing: A library is not installed.
    """
    system, path = _locate(url)
    with _telling(url):
        about = system.info(path)
        if about.get("type") == "directory":
            raise VideoNotFound(f"{shown(url)} is a folder, not a video")
        size = about.get("size")
        if size is None:
            raise VideoUnreadable(f"{shown(url)} does not tell its size; copy it to a place that does")
        bounds = wanted(size)
        with RemoteFile(url, lambda: _open(system, path)) as file:
            if size <= _BLOCK:
                data = file.read()
                return size, [data[start:stop] for start, stop in bounds]
            file.seek(size - 1)
            file.read(1)  # who answers with all of it is found out here, before it comes many times
        starts, stops = [start for start, _ in bounds], [stop for _, stop in bounds]
        return size, system.cat_ranges([path] * len(bounds), starts, stops, on_error="raise")


class RemoteFile(io.RawIOBase):
    """A file elsewhere that reads as one of this machine does; a connection that breaks is tried again.

    Args:
        url: Its name.
        connect: Opens it.
    """

    def __init__(self, url: str, connect: Callable[[], Any]) -> None:
        super().__init__()
        self._url = url
        self._connect = connect
        self._file = connect()
        self._at = 0
        self.name = shown(url)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as any file does."""
        if whence == io.SEEK_END:
            offset += int(self._tried(lambda file: file.seek(0, io.SEEK_END)))
        elif whence == io.SEEK_CUR:
            offset += self._at
        if offset < 0:
            raise ValueError(f"{offset} lies before the beginning of {self.name}")
        self._at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        """Return up to so many bytes, all that are left without a number.

        Raises:
            VideoUnreachable: The place no longer answers.
        """
        data: bytes = self._tried(lambda file: _read(file, self._at, size))
        self._at += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer and return how many bytes were read."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Let the file go."""
        if not self.closed:
            with contextlib.suppress(Exception):  # a connection that is gone is as good as closed
                self._file.close()
        super().close()

    def _tried(self, act: Callable[[Any], Any]) -> Any:
        with _telling(self._url):
            for again in range(_TRIES - 1):
                try:
                    return act(self._file)
                except (FileNotFoundError, PermissionError):
                    raise
                except ValueError as error:  # what fsspec says of places that know no parts of a file
                    raise VideoUnreadable(
                        f"{self.name} can only be read as a whole there ({error}); copy it to this machine"
                    ) from error
                except Exception:  # each kind of place has errors of its own for a connection that breaks
                    time.sleep(_PAUSE_S * 2**again)
                    with contextlib.suppress(Exception):
                        self._file.close()
                    self._file = self._connect()
            return act(self._file)


class RemoteFolder:
    """A folder elsewhere that small files are put into and fetched from.

    Args:
        url: Its name; it need not be there.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._system, self._path = _locate(self._url)
        self._here = _is_here(self._system)

    def names(self, inside: str) -> frozenset[str]:
        """Return the names of the files in a folder inside, none where there is no such folder."""
        with _telling(self._url):
            self._system.invalidate_cache()
            try:
                found = self._system.ls(f"{self._path}/{inside}", detail=False)
            except FileNotFoundError:
                return frozenset()
            return frozenset(str(path).rstrip("/").rpartition("/")[2] for path in found)

    def read(self, name: str) -> bytes | None:
        """Return what a file holds, None where it is not there."""
        with _telling(self._url):
            try:
                data: bytes = self._system.cat_file(f"{self._path}/{name}")
            except FileNotFoundError:
                return None
            return data

    def write(self, name: str, data: bytes) -> None:
        """Put a file there, in the place of an older one; nobody sees half of it where the place can do that.

        Raises:
            OutputNotWritable: It cannot be put there.
        """
        path = f"{self._path}/{name}"
        try:
            self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
            if self._here:
                write_atomically(Path(path), data)
            else:
                self._system.pipe_file(path, data)
        except OutputNotWritable:
            raise
        except Exception as error:
            where = f"{shown(self._url)}/{name}"
            raise OutputNotWritable(
                f"{where} cannot be written: {_reason(error)}; check the address and your rights there"
            ) from error


def _locate(url: str) -> tuple[Any, str]:
    """Return the file system of a URL and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise DeviceMissing(
            f"{shown(url)}: addresses need fsspec, which is not installed: pip install 'funscribe[ray]'"
        ) from error
    with _telling(url):
        try:
            system, path = url_to_fs(url)
        except ValueError as error:
            raise VideoNotFound(f"{shown(url)}: {error}; check the address") from error
    return system, path


def _open(system: Any, path: str) -> Any:
    return system.open(
        path, "rb", block_size=_BLOCK, cache_type="blockcache", cache_options={"maxblocks": _BLOCKS}
    )


def _read(file: Any, at: int, size: int) -> bytes:
    file.seek(at)
    return bytes(file.read(size))


def _is_here(system: Any) -> bool:
    kinds = system.protocol
    return "file" in ((kinds,) if isinstance(kinds, str) else kinds)


@contextlib.contextmanager
def _telling(url: str) -> Iterator[None]:
    """Tell what goes wrong in errors of ours: every kind of place has errors of its own."""
    name = shown(url)
    try:
        yield
    except FunscribeError:
        raise
    except ImportError as error:
        scheme = name.partition("://")[0]
        raise DeviceMissing(
            f"{name}: {scheme}:// needs another package ({error}): pip install 'fsspec[{scheme}]'"
        ) from error
    except FileNotFoundError as error:
        if _is_silent(error):
            raise VideoUnreachable(
                f"{name} cannot be reached; check the address, or run again later"
            ) from error
        raise VideoNotFound(f"{name} does not exist; check the address") from error
    except IsADirectoryError as error:
        raise VideoNotFound(f"{name} is a folder, not a video") from error
    except PermissionError as error:
        raise VideoUnreadable(f"{name} may not be read; check your rights there") from error
    except Exception as error:
        raise VideoUnreachable(f"{name} cannot be reached: {_reason(error)}; run again later") from error


def _is_silent(error: BaseException) -> bool:
    """Tell whether a file that was not found is one whose place did not answer, or answered with a fault."""
    cause = error.__cause__
    while cause is not None:
        status = getattr(cause, "status", None)
        if isinstance(status, int):
            return status >= 500
        if isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError):
            return True
        cause = cause.__cause__
    return False


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
