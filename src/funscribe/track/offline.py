"""A stored trace becomes tracks: the same trackers, one moment after the other, without a pixel."""

from __future__ import annotations

import numpy as np

from funscribe.records import Array, Trace, TrackRows, Tracks
from funscribe.similarity import affine
from funscribe.track.options import TrackOptions
from funscribe.track.tracker import open_tracker


def track_trace(trace: Trace, camera: Array | None, options: TrackOptions) -> Tracks:
    """Return the tracks of a whole clip: those that a tracker gives that is shown it frame by frame.

    Args:
        trace: What was watched.
        camera: The camera's motion (T, 4), see `funscribe.similarity`; None for a camera at rest.
        options: Which tracker, and how.

    Raises:
        PluginNotFound: No tracker of the name in the options is installed.
    """
    found = trace.detections
    if found is None or not len(found.xyxy):
        return _joined([], len(trace), () if found is None else found.classes)
    tracker = open_tracker(options, trace.info.size_wh)
    moved = _affines(trace, camera)
    rows = [
        tracker.update(
            time_s, found.at(k), field=trace.field[k] if k else None, camera=moved[k] if k else None
        )
        for k, time_s in enumerate(trace.time_s.tolist())
    ]
    return _joined(rows, len(trace), found.classes)


def _affines(trace: Trace, camera: Array | None) -> list[Array | None]:
    """Return what the camera did to pixels before each frame."""
    if camera is None:
        return [None] * len(trace)
    elapsed = np.diff(trace.time_s, prepend=trace.time_s[:1]).tolist()
    return [affine(row, step, trace.info.size_wh) for row, step in zip(camera, elapsed, strict=True)]


def _joined(moments: list[TrackRows], frames: int, classes: tuple[str, ...]) -> Tracks:
    """Return the rows of all moments; without moments there are no tracks in any frame."""
    counts = [len(rows) for rows in moments] or [0] * frames
    columns = {
        name: np.concatenate([getattr(rows, name) for rows in moments]) if moments else np.zeros(0)
        for name in ("track_id", "xyxy", "score", "class_id", "seen")
    }
    return Tracks(row_start=np.concatenate([[0], np.cumsum(counts)]), **columns, classes=classes)
