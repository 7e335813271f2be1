"""Which videos a command line names, and where their scripts go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from funscribe.errors import OutputNotWritable, VideoNotFound
from funscribe.urls import file_name, is_url, shown
from funscribe.video.names import is_video_name


@dataclass(frozen=True, slots=True)
class Target:
    """A video, by its path or as a URL, the script to make of it, and the folder that was named for it."""

    video: Path | str
    script: Path
    root: Path | None = field(default=None, compare=False)


def find_targets(
    named: Iterable[str | Path], folder: Path | None, recursive: bool
) -> Iterator[Target | VideoNotFound | OutputNotWritable]:
    """Yield a target for every video, and an error for every name that stands for none.

    Args:
        named: Videos, folders of videos, and URLs of videos.
        folder: Where the scripts go; None is beside each video. Sub-folders are kept below it.
        recursive: Take the videos in sub-folders too.
    """
    for name in named:
        if is_url(name):
            yield _elsewhere(str(name), folder)
            continue
        path = Path(name)
        if not path.is_dir():
            yield Target(path, (folder or path.parent) / f"{path.stem}.funscript")
            continue
        videos = sorted(_videos(path, recursive))
        if not videos:
            hint = "" if recursive else "; --recursive looks in its sub-folders too"
            yield VideoNotFound(f"{path} holds no video{hint}")
        for video in videos:
            home = folder / video.parent.relative_to(path) if folder else video.parent
            yield Target(video, home / f"{video.stem}.funscript", path)


def _elsewhere(url: str, folder: Path | None) -> Target | OutputNotWritable:
    """Return the target of a URL; beside it nothing is written."""
    if folder is None:
        return OutputNotWritable(f"{shown(url)} is not on this machine; name a folder for its script with -o")
    return Target(url, folder / f"{Path(file_name(url)).stem}.funscript")


def _videos(folder: Path, recursive: bool) -> Iterator[Path]:
    found = folder.rglob("*") if recursive else folder.iterdir()
    for path in found:
        if is_video_name(path.name) and path.is_file():
            yield path
