"""Options of the track stage."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class TrackOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How detections are joined to tracks."""

    tracker: Annotated[
        str, Meta(description="what joins detections: hybrid, bytetrack, botsort or a plug-in (name)")
    ] = "hybrid"
    high_score: Annotated[
        float, Meta(ge=0, le=1, description="score from which a detection counts fully (0..1)")
    ] = 0.5
    low_score: Annotated[
        float, Meta(ge=0, le=1, description="score below which a detection is not used (0..1)")
    ] = 0.1
    new_score: Annotated[
        float, Meta(ge=0, le=1, description="score from which a detection may begin a track (0..1)")
    ] = 0.6
    buffer_s: Annotated[float, Meta(ge=0, le=60, description="time a track that is not seen is kept (s)")] = (
        1.0
    )
