"""Which files of a folder are videos, told by their names."""

from __future__ import annotations

from pathlib import PurePath

# What a folder is searched for; a video named by itself may have any suffix.
VIDEO_SUFFIXES = frozenset({
    ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts",
    ".ogv", ".ts", ".vob", ".webm", ".wmv",
})  # fmt: skip


def is_video_name(name: str) -> bool:
    """Tell whether a file of this name is taken for a video; hidden ones and those being copied are not."""
    # Programs that copy or download hide a file or add a suffix (.part, .tmp, .crdownload) until it is whole.
    return not name.startswith(".") and PurePath(name).suffix.lower() in VIDEO_SUFFIXES
