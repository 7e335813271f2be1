"""The nouns: frozen records that pass between the stages, validated at birth. No algorithms live here.

Times are seconds (float64) from where a player shows 0:00; milliseconds exist only in `Script`.
Velocities are in picture heights per second, x to the right and y down. Arrays are read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _fixed(name: str, value: Any, dtype: Any, shape: tuple[int | None, ...]) -> Array:
    """Return `value` as a read-only array of one dtype, its shape checked (None is any length)."""
    array = np.asarray(value, dtype=dtype)
    fits = array.ndim == len(shape) and all(
        want in (None, got) for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("*" if n is None else str(n) for n in shape)
        raise ValueError(f"{name} must have the shape ({wanted}), not {array.shape}")
    view = array.view()
    view.flags.writeable = False
    return view


def _increasing(name: str, values: Array) -> None:
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{name} must be finite")
    if np.any(np.diff(values) <= 0):
        raise ValueError(f"{name} must be strictly increasing")


class _Record:
    """Gives the records a `repr` that shows shapes instead of numbers."""

    __slots__ = ()

    def __repr__(self) -> str:
        parts = []
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            parts.append(f"{item.name}={_brief(value)}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


@dataclass(frozen=True, slots=True, repr=False)
class VideoInfo(_Record):
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trace(_Record):
    """All that is kept of a video once it has been watched.

    Attributes:
        time_s: Time of each frame (T,), strictly increasing (s).
        field: Mean velocity of each cell from the frame before (T, GY, GX, 2), float16, picture heights
            per second; zero at the first frame.
        cut: How much each frame looks like the first of a new shot (T,), 0..1.
        info: The video.
        made_by: What made the trace.
        damaged: Number of packets or frames that could not be decoded.
    """

    time_s: Array
    field: Array
    cut: Array
    info: VideoInfo
    made_by: Provenance
    damaged: int = 0

    def __post_init__(self) -> None:
        time_s = _fixed("time_s", self.time_s, np.float64, (None,))
        _increasing("time_s", time_s)
        count = len(time_s)
        object.__setattr__(self, "time_s", time_s)
        object.__setattr__(self, "field", _fixed("field", self.field, np.float16, (count, None, None, 2)))
        object.__setattr__(self, "cut", _fixed("cut", self.cut, np.float32, (count,)))

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MotionSignal(_Record):
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
        time_s = _fixed("time_s", self.time_s, np.float64, (None,))
        _increasing("time_s", time_s)
        object.__setattr__(self, "time_s", time_s)
        for name in ("position", "confidence"):
            values = _fixed(name, getattr(self, name), np.float64, (len(time_s),))
            if not np.all((values >= 0) & (values <= 1)):
                raise ValueError(f"{name} must lie in 0..1")
            object.__setattr__(self, name, values)

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True)
class Action:
    """One point of a script: a position (0..100) at a time (ms)."""

    at_ms: int
    pos: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named passage of a script (s)."""

    name: str
    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise ValueError(f"a chapter must start before it ends: {self.start_s} s, {self.end_s} s")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Script(_Record):
    """A motion script: what a device plays.

    Attributes:
        at_ms: Times of the actions (A,), int64, at least 0, strictly increasing (ms).
        pos: Positions of the actions (A,), int64, 0..100.
        metadata: What is said about the script, as it stands in the file.
        chapters: Named passages.
    """

    at_ms: Array
    pos: Array
    metadata: Mapping[str, Any] = field(default_factory=dict)
    chapters: tuple[Chapter, ...] = ()

    def __post_init__(self) -> None:
        at_ms = _fixed("at_ms", self.at_ms, np.int64, (None,))
        pos = _fixed("pos", self.pos, np.int64, (len(at_ms),))
        if len(at_ms) and at_ms[0] < 0:
            raise ValueError(f"at_ms must be at least 0, not {at_ms[0]}")
        _increasing("at_ms", at_ms)
        if len(pos) and (pos.min() < 0 or pos.max() > 100):
            raise ValueError(f"pos must lie in 0..100, not {pos.min()}..{pos.max()}")
        object.__setattr__(self, "at_ms", at_ms)
        object.__setattr__(self, "pos", pos)

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions one by one."""
        return tuple(map(Action, self.at_ms.tolist(), self.pos.tolist()))
