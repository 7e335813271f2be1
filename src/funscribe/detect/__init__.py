"""Frames become detections: a model of the user's choice finds boxes."""

from __future__ import annotations

from funscribe.detect.options import DetectOptions

__all__ = ["DetectOptions"]
