"""Scenes become files: a video, and its truth beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from funscribe.errors import OutputNotWritable
from funscribe.testing.scene import Scene
from funscribe.video.writer import write_video


def render(scene: Scene, path: str | Path) -> Path:
    """The scene as an MP4 file, and its truth as a CSV file of the same name.

    Args:
        scene: The scene.
        path: The video to write; the truth goes to `path.with_suffix(".csv")`.

    Returns:
        The path of the video.

    Raises:
        OutputNotWritable: The folder is missing or forbidden, or the disk is full.
    """
    path = Path(path)
    write_video(path, scene.frames(), scene.rate_hz)
    write_truth(scene, path.with_suffix(".csv"))
    return path


def write_truth(scene: Scene, path: Path) -> None:
    """A CSV file `t_ms,pos` of the true positions (0..100); pos is empty where there is no truth.

    Raises:
        OutputNotWritable: The folder is missing or forbidden, or the disk is full.
    """
    lines = ["t_ms,pos"]
    for t_ms, pos in zip(*scene.truth(), strict=True):
        lines.append(f"{t_ms}," if np.isnan(pos) else f"{t_ms},{pos:.3f}")
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputNotWritable(
            f"cannot write {path}: {error.strerror}; free some space or choose another folder"
        ) from error
