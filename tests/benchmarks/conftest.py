"""What the benchmarks share: where they work, and what becomes of those that cannot run here."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the modules of this folder are no package

from drawn import Clip, drawn
from measure import ROOT
from setting import Setting


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cache folder for the whole run, instead of one for each test: a model is compiled once."""
    folder = tmp_path_factory.mktemp("cache") / "traces"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNSCRIBE_CACHE_DIR", str(folder))
        patch.delenv("FUNSCRIBE_CACHE_BYTES", raising=False)
        yield folder


@pytest.fixture(scope="session")
def setting() -> Setting:
    """The folders of `foundation.py`, and to do the least."""
    work = ROOT / "build" / "benchmarks"
    work.mkdir(parents=True, exist_ok=True)
    return Setting(work, ROOT.parent / "shared" / "data", quick=True)


@pytest.fixture(scope="session")
def clips(setting: Setting) -> Callable[..., Clip]:
    """The drawn clip of a resolution and a codec; it is made once and kept."""

    def clip(name: str, codec: str = "libx264") -> Clip:
        return drawn(setting.work, name, codec)

    return clip


@pytest.fixture(scope="session")
def real(setting: Setting) -> Setting:
    """The setting, where there are real data."""
    if not setting.data.is_dir():
        pytest.skip(f"needs the real data in {setting.data}")
    return setting


@pytest.fixture(scope="session")
def ffmpeg_command() -> str:
    """The ffmpeg command."""
    command = shutil.which("ffmpeg")
    if command is None:
        pytest.skip("needs the ffmpeg command")
    return command


@pytest.fixture(scope="session")
def no_gpu() -> Callable[[str], NoReturn]:
    """Skips what needs a GPU, for a reason; fails it where a GPU must be."""

    def tell(reason: str) -> NoReturn:
        if os.environ.get("REQUIRE_CUDA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    return tell
