"""Options of decoding."""

from typing import Annotated

from msgspec import Meta, Struct


class VideoOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a file becomes frames."""

    source: Annotated[
        str, Meta(min_length=1, description="what reads the file: pyav, or the name of a plug-in (name)")
    ] = "pyav"
    skip_loop_filter: Annotated[
        bool,
        Meta(description="leave out the deblocking filter: faster, and motion can do without (yes or no)"),
    ] = True
    segment_s: Annotated[
        float, Meta(ge=2, le=600, description="length aimed at for the pieces watched on their own (s)")
    ] = 20.0
    max_damaged: Annotated[
        float, Meta(ge=0, le=1, description="share of the video that may be missing or damaged (0..1)")
    ] = 0.05
