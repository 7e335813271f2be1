"""The folder where traces are kept, bounded in size."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from funscribe.errors import OutputNotWritable, RecipeInvalid, TraceCorrupted
from funscribe.files import not_writable, write_atomically
from funscribe.trace.in_use import Uses, only_one, unused
from funscribe.trace.mirror import default_mirror
from funscribe.trace.part import Part

N = TypeVar("N", bound=msgspec.Struct)

_DEFAULT_BYTES = 8_000_000_000
_KEY_DIGITS = 32
_UNFINISHED = ".*.part"  # what files are called until they are written
_GONE = ".gone-"  # what a removed trace is called until its files are gone


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

    A trace that was opened is held until the store is closed: no process removes it meanwhile. Leaving a
    `with` block closes the store and brings it back within its bound.

    Args:
        root: The folder; None is `$FUNSCRIBE_CACHE_DIR` or the user's cache folder.
        max_bytes: Size above which the least recently used traces go; None is `$FUNSCRIBE_CACHE_BYTES`
            or 8 GB.

    What is missing is looked for at `$FUNSCRIBE_TRACES_URL`, if that is set, and what is written is put there
    too; nothing is ever removed there.
    """

    def __init__(self, root: Path | None = None, max_bytes: int | None = None) -> None:
        self.root = root or default_root()
        self.max_bytes = _default_bytes() if max_bytes is None else max_bytes
        self._mirror = default_mirror()
        self._uses = Uses(self.root)
        self._grows = False
        weakref.finalize(self, self._uses.close)  # who forgets to close it holds nothing for ever

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if self._grows and kind is None:  # a run that failed goes on from what it has, however large
            self.shrink()

    def close(self) -> None:
        """Let go of all traces that were opened."""
        self._uses.close()

    def folder(self, key: str) -> Path:
        """Return the folder of a trace."""
        return self.root / key

    def open(self, key: str) -> None:
        """Hold a trace and mark it as used now; its folder is made where there is none.

        Raises:
            OutputNotWritable: The folder cannot be written.
        """
        folder = self.folder(key)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with unused(self.root, key) as free:
                if free:
                    _sweep(folder)
            self._uses.hold(key)
            folder.mkdir(exist_ok=True)
            os.utime(folder)
        except OutputNotWritable:
            raise
        except OSError as error:
            raise not_writable(folder, error) from error
        if self._mirror is not None:
            self._mirror.fetch(folder)

    def write_note(self, key: str, note: msgspec.Struct) -> None:
        """Keep a record about the trace (the plan of its segments)."""
        data = msgspec.json.encode(note, enc_hook=_plain)
        kept = _Note(check=_checksum(data), note=msgspec.Raw(data))
        self._write(self.folder(key) / "plan.json", msgspec.json.encode(kept))

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
        self._write(self.part_path(key, index), part.encode())

    def _write(self, path: Path, data: bytes) -> None:
        write_atomically(path, data)
        if self._mirror is not None:
            self._mirror.put(path, data)

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

    def remove(self, key: str) -> bool:
        """Forget a trace that nobody uses; return whether it is gone.

        Raises:
            OutputNotWritable: The store cannot be written.
        """
        return not self.folder(key).exists() or self._remove(key, None)

    def _remove(self, key: str, used: float | None) -> bool:
        """Remove a trace, unless it is in use or was used after the time that is given."""
        folder = self.folder(key)
        with unused(self.root, key) as free:
            if not free or (used is not None and folder.is_dir() and _used(folder) != used):
                return False
            gone = self.root / f"{_GONE}{secrets.token_hex(8)}"
            try:
                folder.rename(gone)  # in one step, so that nobody ever finds half of it
            except FileNotFoundError:
                return True
            except OSError:  # a file of it is open, on systems that mind
                return False
        shutil.rmtree(gone, ignore_errors=True)
        return True

    def traces(self) -> list[StoredTrace]:
        """Return what is kept, the most recently used first."""
        return [replace(one, video=_video(self.folder(one.key))) for one in reversed(self._stored())]

    def _stored(self) -> list[StoredTrace]:
        """What is kept, the least recently used first, without the names of the videos."""
        found = []
        for folder in _folders(self.root):
            with contextlib.suppress(FileNotFoundError):  # another run has just removed it
                found.append(_measure(folder))
        return sorted(found, key=lambda stored: (stored.used, stored.key))

    def clear(self) -> list[StoredTrace]:
        """Forget everything that nobody uses; return what is gone.

        Raises:
            OutputNotWritable: The store cannot be written.
        """
        if not self.root.is_dir():
            return []
        with only_one(self.root):
            _sweep_gone(self.root)
            return [stored for stored in self.traces() if self._remove(stored.key, None)]

    def shrink(self, room: int = 0) -> list[str]:
        """Forget the least recently used traces until the rest is within the bound; return their keys.

        What somebody uses stays, in this process or another. Several that shrink at once take turns.

        Args:
            room: How much is about to be added, which is to fit too (bytes).

        Raises:
            OutputNotWritable: The store cannot be written.
        """
        self._grows = self._grows or room > 0
        if not self.root.is_dir():
            return []
        with only_one(self.root):
            _sweep_gone(self.root)
            self._sweep_unfinished()
            gone: list[str] = []
            while more := self._evict(room):  # again, for one may have been used while others were removed
                gone += more
            return gone

    def _sweep_unfinished(self) -> None:
        for key in {file.parent.name for file in self.root.glob(f"{'?' * _KEY_DIGITS}/{_UNFINISHED}")}:
            with unused(self.root, key) as free:
                if free:
                    _sweep(self.folder(key))

    def _evict(self, room: int) -> list[str]:
        stored = self._stored()
        kept = sum(one.size for one in stored)
        gone: list[str] = []
        for one in stored:
            if kept + room <= self.max_bytes:
                break
            if self._remove(one.key, one.used):
                kept -= one.size
                gone.append(one.key)
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
    """Remove what runs that were killed while writing have left in a trace that nobody uses."""
    for file in folder.glob(_UNFINISHED):
        with contextlib.suppress(FileNotFoundError):
            file.unlink()


def _sweep_gone(root: Path) -> None:
    """Finish removing what was killed while it removed."""
    for folder in root.glob(f"{_GONE}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _used(folder: Path) -> float:
    return folder.stat().st_mtime


def _measure(folder: Path) -> StoredTrace:
    used = _used(folder)
    size = 0
    for file in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):  # a temporary file has just got its name
            size += file.stat().st_size
    return StoredTrace(folder.name, "?", size, used)


def _video(folder: Path) -> str:
    """Path of the video of a trace; unknown where it is unfinished or damaged: it can still be cleared."""
    try:
        return str(msgspec.json.decode((folder / "plan.json").read_bytes())["note"]["info"]["path"])
    except (OSError, msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError, RecursionError):
        return "?"
