"""One watched segment, and how segments become a trace."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from funscribe.errors import TraceCorrupted
from funscribe.records import Array, DetectionRows, Provenance, Trace, VideoInfo

_CHECK = hashlib.sha256().digest_size
_COLUMNS = ("looked", "row_start", "xyxy", "score", "class_id", "embedding")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What was seen of one segment.

    Attributes:
        time_s: Times of the frames (n,), strictly increasing (s).
        field: As in `Trace` (n, GY, GX, 2); the first row is zero, nothing was before it.
        cut: As in `Trace` (n,).
        overlap: True when the last row is the first frame of the segment after, seen from this one.
        damaged: Packets and frames left out.
        detections: What a model found in the frames; None where no model looked.
        seen_by: Engine, device and precision of that model.
    """

    time_s: Array
    field: Array
    cut: Array
    overlap: bool
    damaged: int
    detections: DetectionRows | None = None
    seen_by: tuple[str, str, str] = ("none", "none", "none")

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
            **self._looked(),  # type: ignore[arg-type]  # the stubs take them for options of savez
        )
        data = buffer.getvalue()
        return data + hashlib.sha256(data).digest()

    def _looked(self) -> dict[str, Array]:
        rows = self.detections
        if rows is None:
            return {}
        columns = {name: np.asarray(getattr(rows, name)) for name in _COLUMNS}
        columns["embedding"] = columns["embedding"].astype(np.float16)
        return {
            **columns,
            "classes": np.array(rows.classes, np.str_),
            "dropped": np.asarray(rows.dropped, np.int64),
            "seen_by": np.array(self.seen_by, np.str_),
        }

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
                    *_read_looked(stored),
                )
        except (zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, OSError, TypeError) as error:
            raise TraceCorrupted(f"{name} is damaged: {error}") from error
        count = len(part.time_s)
        if part.field.ndim != 4 or part.field.shape[0] != count or part.cut.shape != (count,):
            raise TraceCorrupted(f"{name} is damaged: its arrays do not fit each other")
        if part.detections is not None and len(part.detections) != count:
            raise TraceCorrupted(f"{name} is damaged: its detections are not of its frames")
        return part


def _read_looked(stored: Any) -> tuple[()] | tuple[DetectionRows, tuple[str, str, str]]:
    if "looked" not in stored:
        return ()
    engine, device, precision = stored["seen_by"].tolist()
    classes, dropped = tuple(stored["classes"].tolist()), int(stored["dropped"])
    rows = DetectionRows(**{name: stored[name] for name in _COLUMNS}, classes=classes, dropped=dropped)
    return rows, (engine, device, precision)


def join_parts(parts: Sequence[Part], info: VideoInfo, made_by: Provenance) -> Trace:
    """Return the trace of a whole video.

    Where a part ends with the first frame of the next, its row says how the picture moved across the
    border and takes the place of the zero row there.
    """
    kept: list[tuple[Array, Array, Array]] = []
    looked: list[DetectionRows] = []
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
        if part.detections is not None:
            looked.append(_rows_of(part.detections, own))
        count += len(time_s)
        last_s = float(time_s[-1]) if len(time_s) else last_s
        before = part if part.overlap and len(part.time_s) else None
    time_s, field, cut = (np.concatenate(column) for column in zip(*kept, strict=True))
    for row, border in borders.items():
        field[row], cut[row] = border.field[-1], border.cut[-1]
    damaged = sum(part.damaged for part in parts)
    if len(looked) != len(parts):
        return Trace(time_s, field, cut, info, made_by, damaged)
    told = (" and ".join(sorted(set(column))) for column in zip(*(p.seen_by for p in parts), strict=True))
    made_by = replace(made_by, **dict(zip(("engine", "device", "precision"), told, strict=True)))
    return Trace(time_s, field, cut, info, made_by, damaged, _join_rows(looked))


def _rows_of(rows: DetectionRows, frames: slice) -> DetectionRows:
    """Return the rows of consecutive frames."""
    starts = rows.row_start[frames.start : frames.stop + 1]
    part = slice(int(starts[0]), int(starts[-1])) if len(starts) else slice(0, 0)
    columns = (rows.xyxy[part], rows.score[part], rows.class_id[part], _embedding(rows)[part])
    starts = starts - starts[0] if len(starts) else np.zeros(1, np.int64)
    return DetectionRows(rows.looked[frames], starts, *columns, rows.classes, rows.dropped)


def _join_rows(parts: Sequence[DetectionRows]) -> DetectionRows:
    """Return the rows of several parts as one."""
    counts = np.concatenate([np.diff(part.row_start) for part in parts])
    wide = max(parts, key=lambda part: _embedding(part).shape[1])
    size = _embedding(wide).shape[1]  # where nothing was found, nothing tells how long an embedding is
    embeddings = [e if e.shape[1] == size else np.zeros((len(e), size)) for e in map(_embedding, parts)]
    return DetectionRows(
        np.concatenate([part.looked for part in parts]),
        np.concatenate([[0], np.cumsum(counts)]),
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.score for part in parts]),
        np.concatenate([part.class_id for part in parts]),
        np.concatenate(embeddings),
        parts[0].classes,
        sum(part.dropped for part in parts),
    )


def _embedding(rows: DetectionRows) -> Array:
    assert rows.embedding is not None
    return rows.embedding
