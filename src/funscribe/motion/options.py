"""Options of the motion stage."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class MotionOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the position curve is drawn out of the motion field."""

    cut_threshold: Annotated[
        float, Meta(gt=0, le=1, description="cut score above which a frame begins a new shot (0..1)")
    ] = 0.4
    slowest_hz: Annotated[
        float, Meta(ge=0.02, le=1, description="slowest motion that counts as a stroke (Hz)")
    ] = 0.12
    fastest_hz: Annotated[float, Meta(ge=2, le=20, description="fastest motion that is followed (Hz)")] = 8.0
    window_s: Annotated[
        float, Meta(ge=2, le=60, description="length of the window in which a mode is sought (s)")
    ] = 8.0
    depth_window_s: Annotated[
        float, Meta(ge=2, le=600, description="time over which the deepest stroke spans the full range (s)")
    ] = 10.0
