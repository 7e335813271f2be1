"""One watched segment, and how segments become a trace."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from funscribe.errors import TraceCorrupted
from funscribe.records import Array, Provenance, Trace, VideoInfo

_CHECK = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What was seen of one segment.

    Attributes:
        time_s: Times of the frames (n,), strictly increasing (s).
        field: As in `Trace` (n, GY, GX, 2); the first row is zero, nothing was before it.
        cut: As in `Trace` (n,).
        overlap: True when the last row is the first frame of the segment after, seen from this one.
        damaged: Packets and frames left out.
    """

    time_s: Array
    field: Array
    cut: Array
    overlap: bool
    damaged: int

    def encode(self) -> bytes:
        """Return the part as the bytes of an .npz file, followed by their SHA-256."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            time_s=np.asarray(self.time_s, np.float64),
            field=np.asarray(self.field, np.float16),
            cut=np.asarray(self.cut, np.float32),
            overlap=np.bool_(self.overlap),
            damaged=np.int64(self.damaged),
        )
        data = buffer.getvalue()
        return data + hashlib.sha256(data).digest()

    @classmethod
    def decode(cls, data: bytes, name: str) -> Part:
        """Read what `encode` wrote.

        Raises:
            TraceCorrupted: The bytes are not what was written.
        """
        data, check = data[:-_CHECK], data[-_CHECK:]
        if hashlib.sha256(data).digest() != check:
            raise TraceCorrupted(f"{name} is damaged: its checksum is wrong")
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                part = cls(
                    stored["time_s"],
                    stored["field"],
                    stored["cut"],
                    bool(stored["overlap"]),
                    int(stored["damaged"]),
                )
        except (zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, OSError, TypeError) as error:
            raise TraceCorrupted(f"{name} is damaged: {error}") from error
        count = len(part.time_s)
        if part.field.ndim != 4 or part.field.shape[0] != count or part.cut.shape != (count,):
            raise TraceCorrupted(f"{name} is damaged: its arrays do not fit each other")
        return part


def join_parts(parts: Sequence[Part], info: VideoInfo, made_by: Provenance) -> Trace:
    """Return the trace of a whole video.

    Where a part ends with the first frame of the next, its row says how the picture moved across the
    border and takes the place of the zero row there.
    """
    kept: list[tuple[Array, Array, Array]] = []
    borders: dict[int, Part] = {}
    count, last_s = 0, -np.inf
    before: Part | None = None
    for part in parts:
        # Views, not copies: the parts of a long video fill the memory once already.
        stop = len(part.time_s) - 1 if part.overlap else len(part.time_s)
        own = slice(min(int(np.searchsorted(part.time_s, last_s, side="right")), stop), stop)
        time_s = part.time_s[own]
        if before is not None and len(time_s) and before.time_s[-1] == time_s[0]:
            borders[count] = before
        kept.append((time_s, part.field[own], part.cut[own]))
        count += len(time_s)
        last_s = float(time_s[-1]) if len(time_s) else last_s
        before = part if part.overlap and len(part.time_s) else None
    time_s, field, cut = (np.concatenate(column) for column in zip(*kept, strict=True))
    for row, border in borders.items():
        field[row], cut[row] = border.field[-1], border.cut[-1]
    return Trace(time_s, field, cut, info, made_by, sum(part.damaged for part in parts))
