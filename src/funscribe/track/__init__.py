"""Detections become tracks: what is where, and that it is still the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy
from funscribe.track.options import BotSortOptions, ByteTrackOptions, HybridOptions, TrackOptions

if TYPE_CHECKING:
    from funscribe.track.botsort import BotSort
    from funscribe.track.bytetrack import ByteTrack
    from funscribe.track.hybrid import HybridTracker
    from funscribe.track.offline import track_trace
    from funscribe.track.tracker import Tracker, open_tracker

__all__ = [
    "BotSort",
    "BotSortOptions",
    "ByteTrack",
    "ByteTrackOptions",
    "HybridOptions",
    "HybridTracker",
    "TrackOptions",
    "Tracker",
    "open_tracker",
    "track_trace",
]

__getattr__ = lazy(
    __name__,
    {
        "botsort": ("BotSort",),
        "bytetrack": ("ByteTrack",),
        "hybrid": ("HybridTracker",),
        "offline": ("track_trace",),
        "tracker": ("Tracker", "open_tracker"),
    },
)
