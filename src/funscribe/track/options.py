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


class ByteTrackOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `ByteTrack` takes by keyword; costs are 1 - overlap."""

    high_score: Annotated[
        float, Meta(ge=0, le=1, description="score from which a detection counts fully (0..1)")
    ] = 0.6
    low_score: Annotated[
        float, Meta(ge=0, le=1, description="score below which a detection is not used (0..1)")
    ] = 0.1
    new_score: Annotated[
        float, Meta(ge=0, le=1, description="score from which a detection may begin a track (0..1)")
    ] = 0.7
    buffer_s: Annotated[float, Meta(ge=0, le=60, description="time a track that is not seen is kept (s)")] = (
        1.0
    )
    high_cost: Annotated[
        float, Meta(gt=0, le=1, description="cost below which a track takes a good detection (0..1)")
    ] = 0.8
    low_cost: Annotated[
        float, Meta(gt=0, le=1, description="cost below which a track takes a poor detection (0..1)")
    ] = 0.5
    new_cost: Annotated[
        float, Meta(gt=0, le=1, description="cost below which a track is seen for the second time (0..1)")
    ] = 0.7
    twin_overlap: Annotated[
        float,
        Meta(ge=0, le=1, description="overlap above which a lost and a held track are the same (0..1)"),
    ] = 0.85
    fuse_score: Annotated[
        bool,
        Meta(description="whether overlaps with good detections are weighted by their score (yes or no)"),
    ] = True
    doubt: Annotated[
        float,
        Meta(ge=0, le=100, description="how much more variance a box of score 0 has than one of 1 (ratio)"),
    ] = 6.0
    foresee: Annotated[
        bool,
        Meta(description="whether tracks are sought where they should be by now, not where seen (yes or no)"),
    ] = True
    coast_s: Annotated[
        float, Meta(ge=0, le=60, description="time for which a lost track is still told, as predicted (s)")
    ] = 0.2


class BotSortOptions(ByteTrackOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `BotSort` takes by keyword; appearance counts where detections have embeddings."""

    look_overlap: Annotated[
        float, Meta(ge=0, le=1, description="overlap from which appearance counts (0..1)")
    ] = 0.5
    look_cost: Annotated[
        float, Meta(ge=0, le=1, description="half cosine distance from which two look different (0..1)")
    ] = 0.25
    look_keep: Annotated[
        float, Meta(ge=0, lt=1, description="part of a look that the next detection leaves as it was (0..1)")
    ] = 0.9


class HybridOptions(BotSortOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `HybridTracker` takes by keyword."""

    coast_s: Annotated[
        float, Meta(ge=0, le=60, description="time for which a lost track is still told, as predicted (s)")
    ] = 0.5
    found_cost: Annotated[
        float,
        Meta(gt=0, le=1, description="cost below which a lost track takes a detection near its place (0..1)"),
    ] = 0.5
