"""The folder where traces are kept, bounded in size."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from funscribe.errors import RecipeInvalid, TraceCorrupted
from funscribe.files import not_writable, write_atomically
from funscribe.trace.part import Part

N = TypeVar("N", bound=msgspec.Struct)

_DEFAULT_BYTES = 8_000_000_000
_KEY_DIGITS = 32
_IN_USE_S = 3600.0  # a trace touched this recently may be in the making elsewhere


@dataclass(frozen=True, slots=True)
class StoredTrace:
    """A trace in the store: its key, the video it was made of, its size (bytes) and its last use (Unix s)."""

    key: str
    video: str
    size: int
    used: float


class _Note(msgspec.Struct, frozen=True):
    """A record as it is kept, with a checksum: one changed digit would be another plan."""

    check: str
    note: msgspec.Raw


class TraceStore:
    """Traces kept on disk, each in a folder named by its key.

    Args:
        root: The folder; None is `$FUNSCRIBE_CACHE_DIR` or the user's cache folder.
        max_bytes: Size above which the least recently used traces go; None is `$FUNSCRIBE_CACHE_BYTES`
            or 8 GB.
    """

    def __init__(self, root: Path | None = None, max_bytes: int | None = None) -> None:
        self.root = root or default_root()
        self.max_bytes = _default_bytes() if max_bytes is None else max_bytes

    def folder(self, key: str) -> Path:
        """Return the folder of a trace."""
        return self.root / key

    def open(self, key: str) -> None:
        """Make the folder of a trace, or mark it as used now."""
        folder = self.folder(key)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
            _sweep(folder)
        except OSError as error:
            raise not_writable(folder, error) from error

    def write_note(self, key: str, note: msgspec.Struct) -> None:
        """Keep a record about the trace (the plan of its segments)."""
        data = msgspec.json.encode(note, enc_hook=_plain)
        kept = _Note(check=_checksum(data), note=msgspec.Raw(data))
        write_atomically(self.folder(key) / "plan.json", msgspec.json.encode(kept))

    def read_note(self, key: str, kind: type[N]) -> N | None:
        """Return the record kept about a trace, None where there is none.

        Raises:
            TraceCorrupted: It does not read back.
        """
        path = self.folder(key) / "plan.json"
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_Note)
            if _checksum(bytes(kept.note)) != kept.check:
                raise TraceCorrupted(f"{path} is damaged: its checksum is wrong")
            return msgspec.json.decode(kept.note, type=kind, dec_hook=_rich)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
            raise TraceCorrupted(f"{path} is damaged: {error}") from error

    def part_path(self, key: str, index: int) -> Path:
        """Return the file of one segment."""
        return self.folder(key) / f"segment-{index:05d}.npz"

    def write_part(self, key: str, index: int, part: Part) -> None:
        """Keep one watched segment."""
        write_atomically(self.part_path(key, index), part.encode())

    def read_part(self, key: str, index: int) -> Part | None:
        """Return one watched segment, None where it is not there.

        Raises:
            TraceCorrupted: It does not read back.
        """
        path = self.part_path(key, index)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TraceCorrupted(f"{path} cannot be read: {error}") from error
        return Part.decode(data, str(path))

    def remove(self, key: str) -> None:
        """Forget a trace."""
        shutil.rmtree(self.folder(key), ignore_errors=True)

    def traces(self) -> list[StoredTrace]:
        """Return what is kept, the most recently used first."""
        found = []
        for folder in _folders(self.root):
            with contextlib.suppress(FileNotFoundError):  # another run has just removed it
                found.append(_describe(folder))
        return sorted(found, key=lambda stored: -stored.used)

    def clear(self) -> int:
        """Forget everything; return how many bytes were freed."""
        freed = 0
        for stored in self.traces():
            freed += stored.size
            self.remove(stored.key)
        return freed

    def shrink(self) -> list[str]:
        """Forget the least recently used traces until the rest fits; return their keys."""
        kept = 0
        gone: list[str] = []
        for stored in self.traces():
            kept += stored.size
            if kept > self.max_bytes and time.time() - stored.used > _IN_USE_S:
                self.remove(stored.key)
                kept -= stored.size
                gone.append(stored.key)
        return gone


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} cannot be kept")


def _rich(kind: type, value: Any) -> Any:
    if kind is Fraction and isinstance(value, str):
        return Fraction(value)
    raise ValueError(f"{value!r} is not a {kind.__name__}")


def default_root() -> Path:
    """Return the folder of traces: `$FUNSCRIBE_CACHE_DIR`, else `traces` in the user's cache folder."""
    chosen = os.environ.get("FUNSCRIBE_CACHE_DIR")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("funscribe", appauthor=False) / "traces"


def _default_bytes() -> int:
    text = os.environ.get("FUNSCRIBE_CACHE_BYTES")
    if not text:
        return _DEFAULT_BYTES
    if not text.isdigit():
        raise RecipeInvalid(f"FUNSCRIBE_CACHE_BYTES must be a whole number of bytes, not {text!r}")
    return int(text)


def _folders(root: Path) -> Iterator[Path]:
    try:
        for folder in root.iterdir():
            if folder.is_dir() and len(folder.name) == _KEY_DIGITS:
                yield folder
    except (FileNotFoundError, NotADirectoryError):
        return


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed while writing have left."""
    for file in folder.glob(".*.part"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > _IN_USE_S:
                file.unlink()


def _describe(folder: Path) -> StoredTrace:
    size = 0
    for file in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # a temporary file has just got its name
            size += file.stat().st_size
    video = ""
    try:
        video = str(msgspec.json.decode((folder / "plan.json").read_bytes())["note"]["info"]["path"])
    except (OSError, msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError, RecursionError):
        video = "?"  # an unfinished or damaged one: it still has a size, and can be cleared
    return StoredTrace(folder.name, video, size, folder.stat().st_mtime)
