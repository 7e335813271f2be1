"""The protocol of a tracker, and its opener."""

from __future__ import annotations

from typing import Protocol

from funscribe.plugins import load
from funscribe.records import Array, Detections, TrackRows
from funscribe.track.options import TrackOptions


class Tracker(Protocol):
    """Joins the detections of one clip; there is no reset, the next clip has a tracker of its own.

    A plug-in of the group `funscribe.trackers` has `from_options(options, size_wh)`.
    """

    dropped: int  # invalid detections left out so far

    def update(
        self,
        time_s: float,
        detections: Detections | None,
        *,
        field: Array | None = None,
        camera: Array | None = None,
    ) -> TrackRows:
        """Take one moment and return the tracks at it.

        Args:
            time_s: When it is (s); later than the moment before.
            detections: What was found; None where nothing looked.
            field: Mean velocity of each cell since the moment before (GY, GX, 2), picture heights/s.
            camera: What the camera did to pixels since the moment before (2, 3).
        """


def open_tracker(options: TrackOptions, size_wh: tuple[int, int]) -> Tracker:
    """Return a new tracker for pictures of a size (px).

    Raises:
        PluginNotFound: No tracker of the name in the options is installed.
    """
    tracker: Tracker = load("funscribe.trackers", options.tracker).from_options(options, size_wh)
    return tracker
