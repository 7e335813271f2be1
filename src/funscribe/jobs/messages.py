"""What the process of a job and its runner say to each other.

Messages are data, not pickles: whatever a job sends, the runner loads no library for it and stays small.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from funscribe.monitor import Progress
from funscribe.pipeline.order import Order

_LONGEST = 4_000  # characters: what fits into a pipe at once never waits for the other end
_MOST_WARNINGS = 20


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the process of a job is told at its start.

    Attributes:
        order: What it makes.
        cores: Cores it may use at first.
        engine: What carries out its segments.
        address: Where the engine is reached.
    """

    order: Order
    cores: int = 1
    engine: str = "local"
    address: str | None = None


class Need(msgspec.Struct, frozen=True, tag=True):
    """The job needs so much disk space (bytes)."""

    size: int


class Advance(msgspec.Struct, frozen=True, tag=True):
    """The job has come so far."""

    progress: Progress


class Stage(msgspec.Struct, frozen=True, tag=True):
    """The job begins another kind of work: `watching`, `composing` or `writing`."""

    name: str


class Done(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """The job is done.

    Attributes:
        actions: Actions of its script.
        warnings: What the user should know.
        kept: The script was there already and is kept.
    """

    actions: int | None = None
    warnings: tuple[str, ...] = ()
    kept: bool = False


class Broken(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """The job is not done.

    Attributes:
        kind: `refused` where another attempt would end alike, `again` where it may not, `space` where the
            disk is too full, `engine` where what carries out its segments is gone.
        reason: Why, in one line.
        folder: What is too full.
        wanted_bytes: Free space that must be there before it is tried again (bytes).
    """

    kind: Literal["refused", "again", "space", "engine"]
    reason: str
    folder: str = ""
    wanted_bytes: int = 0


class Cores(msgspec.Struct, frozen=True, tag=True):
    """The job may use so many cores from now on."""

    count: int


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The process of the job is no more; told by the crew, never sent."""

    how: str


Said = Need | Advance | Stage | Done | Broken
Message = Said | Ended
_said: msgspec.msgpack.Decoder[Said] = msgspec.msgpack.Decoder(Said)
_granted: msgspec.msgpack.Decoder[Cores] = msgspec.msgpack.Decoder(Cores)


def pack(message: Said | Cores) -> bytes:
    """Return a message as bytes; long texts are cut."""
    if isinstance(message, Broken):
        message = msgspec.structs.replace(message, reason=_one_line(message.reason))
    elif isinstance(message, Done):
        told = tuple(_one_line(text) for text in message.warnings[:_MOST_WARNINGS])
        message = msgspec.structs.replace(message, warnings=told)
    return msgspec.msgpack.encode(message, enc_hook=_plain)


def unpack(data: bytes) -> Said:
    """Return what a job said.

    Raises:
        msgspec.MsgspecError: It is no message.
    """
    return _said.decode(data)


def unpack_cores(data: bytes) -> int:
    """Return how many cores were granted."""
    return _granted.decode(data).count


def _one_line(text: str) -> str:
    plain = text.encode("utf-8", "backslashreplace").decode()  # names of files may hold any bytes
    return " ".join(plain.split())[:_LONGEST]


def _plain(value: Any) -> Any:
    return value.item()  # a number of numpy: the runner must not need numpy to read it
