"""A file becomes frames with exact times."""

from funscribe.video.options import VideoOptions
from funscribe.video.source import Frame, Source, frames, open_source, probe

__all__ = ["Frame", "Source", "VideoOptions", "frames", "open_source", "probe"]
