"""Clips for measuring speed: drawn once, then kept in the user's cache."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from funscribe.bench.kept import code_digest, default_work, make_folder
from funscribe.testing import SCENES
from funscribe.testing.enlarge import frames_at
from funscribe.video.writer import write_video

_SCENE = "oblique"
_RATE_HZ = 30.0
# Long enough that the decoder is warm, short enough to be drawn in seconds.
SIZES = {"480p": ((854, 480), 5.0), "1080p": ((1920, 1080), 3.0), "4k": ((3840, 2160), 0.8)}
"""Size (px) and length (s) of each clip."""


def drawn_clip(name: str, work: Path | None = None, tell: Callable[[str], None] | None = None) -> Path:
    """Return the clip of a name in `SIZES`, drawn if it is not there.

    Args:
        name: The clip.
        work: Folder to keep it in; None for the user's cache.
        tell: Called before it is drawn.

    Raises:
        OutputNotWritable: The folder cannot be written.
    """
    size_wh, duration_s = SIZES[name]
    path = make_folder((work or default_work()) / f"speed-{code_digest('testing')}") / f"{name}.mp4"
    if not path.is_file():
        if tell is not None:
            tell(f"drawing the {name} clip, once")
        scene = dataclasses.replace(SCENES[_SCENE], duration_s=duration_s)
        write_video(path, frames_at(scene, size_wh), _RATE_HZ, gop=round(_RATE_HZ * 2), crf=22)
    return path
