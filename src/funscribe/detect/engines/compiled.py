"""Compiled models kept on disk, so that the next process starts sooner.

A file holds a digest of all that follows, what is known of the model, and what the library made of it. It
is written whole or not at all; one that does not read back is as good as none. What was used least recently
goes when there are too many.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

from funscribe.errors import OutputNotWritable
from funscribe.files import write_atomically

T = TypeVar("T", bound=msgspec.Struct)

_MOST = 16
_LENGTH = 8


class CompiledStore:
    """Compiled models by their keys.

    Args:
        root: The folder; None is `compiled` in `$FUNSCRIBE_CACHE_DIR`, or in the user's cache folder.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or default_root()

    def load(self, key: str, kind: type[T]) -> tuple[T, bytes] | None:
        """Return what is kept under a key: the record that was kept with it, and the compiled model."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        digest, rest = data[:32], memoryview(data)[32:]
        if hashlib.sha256(rest).digest() != digest:
            return None
        end = _LENGTH + int.from_bytes(rest[:_LENGTH], "little")
        try:
            return msgspec.json.decode(rest[_LENGTH:end], type=kind), bytes(rest[end:])
        except msgspec.MsgspecError:
            return None

    def save(self, key: str, record: msgspec.Struct, compiled: bytes) -> None:
        """Keep a compiled model; where that cannot be written, the next process compiles it again."""
        told = msgspec.json.encode(record)
        rest = len(told).to_bytes(_LENGTH, "little") + told + compiled
        with contextlib.suppress(OutputNotWritable, OSError):
            self.root.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path(key), hashlib.sha256(rest).digest() + rest)
            self._shrink()

    def _path(self, key: str) -> Path:
        return self.root / f"{key}.compiled"

    def _shrink(self) -> None:
        kept = sorted(self.root.glob("*.compiled"), key=lambda path: -path.stat().st_mtime)
        for path in kept[_MOST:]:
            path.unlink(missing_ok=True)


def key_of(path: Path, *settings: str) -> str:
    """Return a key for a model file and all that its compiling depends on.

    Files beside it whose names begin as its own (weights kept apart) count by their sizes and times.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    beside = sorted(other for other in path.parent.glob(f"{_plain(path.stem)}*") if other != path)
    told = [f"{other.name} {other.stat().st_size} {other.stat().st_mtime_ns}" for other in beside]
    digest.update("\0".join([*told, *settings]).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _plain(name: str) -> str:
    """A name in which no character stands for others."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def default_root() -> Path:
    """Return the folder of compiled models: in `$FUNSCRIBE_CACHE_DIR`, else in the user's cache folder."""
    chosen = os.environ.get("FUNSCRIBE_CACHE_DIR")
    if chosen:
        return Path(chosen) / "compiled"
    from platformdirs import user_cache_path

    return user_cache_path("funscribe", appauthor=False) / "compiled"
