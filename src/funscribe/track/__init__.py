"""Detections become tracks: what is where, and that it is still the same."""

from __future__ import annotations

from funscribe.track.options import TrackOptions

__all__ = ["TrackOptions"]
