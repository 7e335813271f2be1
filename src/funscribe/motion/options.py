"""Options of the motion stage."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

AXES = ("stroke", "roll", "surge", "sway", "pitch", "twist")
"""What axes are called here; nothing is seen of the last two in a flat picture."""

_Part = Annotated[float, Meta(ge=0, le=1)]


class MotionOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the position curve is drawn out of the motion field."""

    cut_threshold: Annotated[
        float, Meta(gt=0, le=1, description="cut score above which a frame begins a new shot (0..1)")
    ] = 0.4
    window_s: Annotated[
        float, Meta(ge=2, le=60, description="length of the window in which a mode is sought (s)")
    ] = 10.0
    isolation: Annotated[
        float,
        Meta(
            ge=0, le=100, description="how strongly motion at other tempos is kept out of the curve (ratio)"
        ),
    ] = 20.0
    steadiness: Annotated[
        float, Meta(ge=0, le=20, description="cost of changing the mode from window to window (log odds)")
    ] = 4.0
    depth_window_s: Annotated[
        float, Meta(ge=2, le=600, description="time over which the deepest stroke spans the full range (s)")
    ] = 10.0
    knee: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="strokes shallower than this part of the deepest one around are deepened (ratio)",
        ),
    ] = 0.4
    rest_speed: Annotated[
        float,
        Meta(
            ge=0, le=1, description="speed below which nothing moves, summed over cells (picture heights/s)"
        ),
    ] = 0.02
    anchor: Annotated[
        str, Meta(description="class of the thing whose place defines the axis; empty for none (name)")
    ] = ""
    contacts: Annotated[
        tuple[str, ...], Meta(description="classes of the things that move against the anchor (names)")
    ] = ()
    roi: Annotated[
        tuple[_Part, _Part, _Part, _Part] | None,
        Meta(description="where the motion is: left, top, width, height (parts of the picture, 0..1)"),
    ] = None
    attention: Annotated[
        float,
        Meta(
            ge=0, le=1, description="how little is left of cells outside what is attended; 0 is all (ratio)"
        ),
    ] = 0.95
    pairing: Annotated[
        float, Meta(ge=0, le=1, description="how far the distance of contact and anchor is used (ratio)")
    ] = 1.0

    axes: Annotated[
        tuple[str, ...],
        Meta(description="axes drawn out of the field: stroke, roll, surge, sway, pitch, twist (names)"),
    ] = ("stroke",)

    chapters: Annotated[
        bool, Meta(description="begin a chapter where speed, direction or place changes (yes or no)")
    ] = False
    chapter_s: Annotated[float, Meta(ge=2, le=600, description="length of a chapter at least (s)")] = 10.0

    def __post_init__(self) -> None:
        unknown = [axis for axis in self.axes if axis not in AXES]
        if unknown:
            raise ValueError(f"there is no axis {unknown[0]!r}; the axes are {', '.join(AXES)}")
        if "stroke" not in self.axes or len(set(self.axes)) != len(self.axes):
            raise ValueError(f"axes must name the stroke, and each once, not {', '.join(self.axes)!r}")
        if self.roi is not None:
            x, y, width, height = self.roi
            if not (width > 0 and height > 0 and x < 1 and y < 1):
                raise ValueError(f"roi must be a region within the picture as x,y,w,h, not {self.roi}")
