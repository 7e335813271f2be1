"""Drawn scenes and watched traces, made once and kept for as long as the code is the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

from funscribe.bench.provenance import PACKAGE
from funscribe.errors import OutputNotWritable
from funscribe.pipeline import watch_with_store
from funscribe.recipe import Recipe
from funscribe.records import Trace
from funscribe.testing import SCENES, render
from funscribe.trace import TraceStore
from funscribe.trace.store import default_root


def default_work() -> Path:
    """The folder of the benchmark within the user's cache of traces."""
    return default_root() / "bench"


def make_folder(folder: Path) -> Path:
    """Make a folder and those above it, and return it.

    Raises:
        OutputNotWritable: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritable(f"{folder} cannot be made: {error.strerror}; name another folder") from error
    return folder


def render_once(work: Path, name: str) -> Path:
    """Return the video of a scene, its truth beside it; drawn anew when the code that draws has changed.

    Raises:
        OutputNotWritable: The work folder cannot be written.
    """
    video = make_folder(work / f"scenes-{code_digest('testing', 'video')}") / f"{name}.mp4"
    if not video.with_suffix(".csv").is_file():
        render(SCENES[name], video)
    return video


def watch_kept(work: Path, video: Path, recipe: Recipe) -> Trace:
    """Return the trace of a video; it is kept for as long as the code that watches is the same."""
    with TraceStore(work / f"traces-{code_digest('video', 'field')}") as store:
        return watch_with_store(video, recipe, store, workers=1).trace


def code_digest(*rooms: str) -> str:
    """Return what tells the code of some folders of the package from any other state of it."""
    digest = hashlib.sha256()
    for room in rooms:
        for path in sorted((PACKAGE / room).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
