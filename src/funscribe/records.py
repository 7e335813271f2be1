"""The nouns: frozen records that pass between the stages, validated at birth. No algorithms live here.

Times are seconds (float64) from where a player shows 0:00; milliseconds exist only in `Script`.
Velocities are in picture heights per second, x to the right and y down. Arrays are read-only.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from funscribe.actions import Action, Bookmark, Chapter, Script
from funscribe.columns import Array, Record, fixed, increasing

__all__ = [
    "Action",
    "Array",
    "Bookmark",
    "Chapter",
    "DetectionRows",
    "Detections",
    "MotionSignal",
    "Provenance",
    "Script",
    "Trace",
    "TrackRows",
    "Tracks",
    "VideoInfo",
]


def _fix_boxes(record: Any) -> None:
    """Check the columns that all boxes have."""
    xyxy = np.asarray(record.xyxy, np.float32)
    xyxy = xyxy if xyxy.size else xyxy.reshape(0, 4)
    xyxy = fixed("xyxy", xyxy, np.float32, (len(xyxy) if xyxy.ndim else None, 4))
    count = len(xyxy)
    object.__setattr__(record, "xyxy", xyxy)
    object.__setattr__(record, "score", fixed("score", record.score, np.float32, (count,)))
    object.__setattr__(record, "class_id", fixed("class_id", record.class_id, np.int32, (count,)))
    if hasattr(record, "embedding"):
        seen = np.zeros((count, 0)) if record.embedding is None else record.embedding
        object.__setattr__(record, "embedding", fixed("embedding", seen, np.float32, (count, None)))


def _fix_tracks(record: Any) -> None:
    """Check the columns that all tracks have."""
    _fix_boxes(record)
    count = len(record.xyxy)
    object.__setattr__(record, "track_id", fixed("track_id", record.track_id, np.int64, (count,)))
    object.__setattr__(record, "seen", fixed("seen", record.seen, np.bool_, (count,)))


def _row_start(value: Any, frames: int | None, rows: int) -> Array:
    starts = fixed("row_start", value, np.int64, (None if frames is None else frames + 1,))
    if len(starts) < 1 or starts[0] != 0 or starts[-1] != rows or np.any(np.diff(starts) < 0):
        raise ValueError(f"row_start must rise from 0 to {rows}")
    return starts


@dataclass(frozen=True, slots=True, repr=False)
class VideoInfo(Record):
    """What a file says of itself; every figure names where it came from.

    Attributes:
        path: The file.
        size_wh: Size of the upright picture with square pixels (px).
        coded_size_wh: Size of the stored picture (px), before rotation and pixel aspect.
        time_base: Seconds per tick of the stream's clock.
        origin_s: Stream time at which a player shows 0:00 (s).
        rotation: Clockwise turn that makes the stored picture upright: 0, 90, 180 or 270 (degrees).
        codec: Name of the codec, as FFmpeg calls it.
        pixel_format: Name of the pixel format, as FFmpeg calls it.
        luma_bits: Depth of the luma plane (bit).
        layout: How the picture is laid out; "flat" until something else is known.
        duration_s_from_header: Duration the header claims (s).
        frame_count_from_header: Number of frames the header claims.
        rate_hz_from_header: Average frame rate the header claims (Hz).
    """

    path: str
    size_wh: tuple[int, int]
    coded_size_wh: tuple[int, int]
    time_base: Fraction
    origin_s: float
    rotation: int
    codec: str
    pixel_format: str
    luma_bits: int = 8
    layout: str = "flat"
    duration_s_from_header: float | None = None
    frame_count_from_header: int | None = None
    rate_hz_from_header: float | None = None

    def __post_init__(self) -> None:
        if min(self.size_wh) < 1 or min(self.coded_size_wh) < 1:
            raise ValueError(f"size_wh must be positive, not {self.size_wh}")
        if self.rotation not in (0, 90, 180, 270):
            raise ValueError(f"rotation must be 0, 90, 180 or 270, not {self.rotation}")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What really made a result: versions, options and device."""

    version: str
    recipe_digest: str
    decoder: str
    engine: str = "none"
    device: str = "cpu"
    precision: str = "none"
    model: str = "none"
    model_sha256: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Detections(Record):
    """What was found in one picture; it may be nothing, and boxes are not judged here.

    Attributes:
        xyxy: Boxes (N, 4), float32, px of the upright picture: left, top, right, bottom.
        score: How sure each is (N,), float32, 0..1.
        class_id: Class of each (N,), int32.
        embedding: What each looks like (N, D), float32; D is 0 where nothing was asked.
    """

    xyxy: Array
    score: Array
    class_id: Array
    embedding: Array | None = None

    def __post_init__(self) -> None:
        _fix_boxes(self)

    def __len__(self) -> int:
        return len(self.xyxy)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DetectionRows(Record):
    """What was found in the frames of a video, as ragged rows.

    Attributes:
        looked: Whether a frame was looked at (T,), bool; in the others nothing was sought.
        row_start: First row of each frame, and the number of rows (T + 1,), int64.
        xyxy: As in `Detections` (R, 4).
        score: As in `Detections` (R,).
        class_id: As in `Detections` (R,).
        embedding: As in `Detections` (R, D).
        classes: Names of the classes.
        dropped: Number of invalid boxes that were left out.
    """

    looked: Array
    row_start: Array
    xyxy: Array
    score: Array
    class_id: Array
    embedding: Array | None = None
    classes: tuple[str, ...] = ()
    dropped: int = 0

    def __post_init__(self) -> None:
        _fix_boxes(self)
        looked = fixed("looked", self.looked, np.bool_, (None,))
        object.__setattr__(self, "looked", looked)
        object.__setattr__(self, "row_start", _row_start(self.row_start, len(looked), len(self.xyxy)))

    def __len__(self) -> int:
        return len(self.looked)

    def at(self, frame: int) -> Detections | None:
        """Return what was found in a frame, None where it was not looked at."""
        if not self.looked[frame]:
            return None
        rows = slice(int(self.row_start[frame]), int(self.row_start[frame + 1]))
        assert self.embedding is not None
        return Detections(self.xyxy[rows], self.score[rows], self.class_id[rows], self.embedding[rows])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trace(Record):
    """All that is kept of a video once it has been watched.

    Attributes:
        time_s: Time of each frame (T,), strictly increasing (s).
        field: Mean velocity of each cell from the frame before (T, GY, GX, 2), float16, picture heights
            per second; zero at the first frame.
        cut: How much each frame looks like the first of a new shot (T,), 0..1.
        info: The video.
        made_by: What made the trace.
        damaged: Number of packets or frames that could not be decoded.
        detections: What a model found; None where no model looked.
    """

    time_s: Array
    field: Array
    cut: Array
    info: VideoInfo
    made_by: Provenance
    damaged: int = 0
    detections: DetectionRows | None = None

    def __post_init__(self) -> None:
        time_s = fixed("time_s", self.time_s, np.float64, (None,))
        increasing("time_s", time_s)
        count = len(time_s)
        object.__setattr__(self, "time_s", time_s)
        object.__setattr__(self, "field", fixed("field", self.field, np.float16, (count, None, None, 2)))
        object.__setattr__(self, "cut", fixed("cut", self.cut, np.float32, (count,)))
        if self.detections is not None and len(self.detections) != count:
            raise ValueError(f"detections are of {len(self.detections)} frames, not {count}")

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrackRows(Record):
    """The tracks of one moment.

    Attributes:
        track_id: What stays the same from moment to moment (M,), int64, at least 1.
        xyxy: Boxes (M, 4), float32, px of the upright picture.
        score: Score of the last detection of each (M,), float32, 0..1.
        class_id: Class of each (M,), int32.
        seen: Whether it was measured at this moment (M,), bool; the others are predicted.
    """

    track_id: Array
    xyxy: Array
    score: Array
    class_id: Array
    seen: Array

    def __post_init__(self) -> None:
        _fix_tracks(self)

    def __len__(self) -> int:
        return len(self.track_id)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tracks(Record):
    """The tracks of a video, as ragged rows at the times of a trace.

    Attributes:
        row_start: First row of each frame, and the number of rows (T + 1,), int64.
        track_id: As in `TrackRows` (R,).
        xyxy: As in `TrackRows` (R, 4).
        score: As in `TrackRows` (R,).
        class_id: As in `TrackRows` (R,).
        seen: As in `TrackRows` (R,).
        classes: Names of the classes.
    """

    row_start: Array
    track_id: Array
    xyxy: Array
    score: Array
    class_id: Array
    seen: Array
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _fix_tracks(self)
        object.__setattr__(self, "row_start", _row_start(self.row_start, None, len(self.track_id)))

    def __len__(self) -> int:
        return len(self.row_start) - 1

    def at(self, frame: int) -> TrackRows:
        """Return the tracks of a frame."""
        rows = slice(int(self.row_start[frame]), int(self.row_start[frame + 1]))
        columns = (self.track_id, self.xyxy, self.score, self.class_id, self.seen)
        return TrackRows(*(column[rows] for column in columns))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MotionSignal(Record):
    """The motion along one axis.

    Attributes:
        time_s: Time of each sample (T,), strictly increasing (s).
        position: Where the motion is (T,), 0..1; 1 is up or away.
        confidence: How far the position can be trusted (T,), 0..1.
        axis: Name of the axis.
    """

    time_s: Array
    position: Array
    confidence: Array
    axis: str = "stroke"

    def __post_init__(self) -> None:
        time_s = fixed("time_s", self.time_s, np.float64, (None,))
        increasing("time_s", time_s)
        object.__setattr__(self, "time_s", time_s)
        for name in ("position", "confidence"):
            values = fixed(name, getattr(self, name), np.float64, (len(time_s),))
            if not np.all((values >= 0) & (values <= 1)):
                raise ValueError(f"{name} must lie in 0..1")
            object.__setattr__(self, name, values)

    def __len__(self) -> int:
        return len(self.time_s)
