"""Settings and media for all tests."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# On a busy machine a single example may take long without anything being wrong.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of each test's own: none sees the user's, or another test's."""
    folder = tmp_path_factory.mktemp("cache") / "traces"
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(folder))
    monkeypatch.delenv("FUNSCRIBE_CACHE_BYTES", raising=False)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the real data in {folder}")
    return folder


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of vertical strokes at 30 Hz with a keyframe each second; never to be changed."""
    from funscribe.testing import SCENES
    from funscribe.video.writer import write_video

    scene = dataclasses.replace(SCENES["vertical"], duration_s=6.0)
    return write_video(tmp_path_factory.mktemp("clip") / "strokes.mp4", scene.frames(), 30.0, gop=30)


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., None]:
    """Runs the ffmpeg command, which makes what PyAV cannot."""
    command = shutil.which("ffmpeg")
    if command is None:
        pytest.skip("needs the ffmpeg command")

    def run(*arguments: object) -> None:
        words = [command, "-v", "error", "-nostdin", "-y", "-threads", "1", *map(str, arguments)]
        subprocess.run(words, check=True, capture_output=True, timeout=60)

    return run
