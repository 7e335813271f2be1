"""What commands take, and what machine it was measured on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from funscribe.bench import provenance

ROOT = Path(__file__).resolve().parents[2]
FUNSCRIBE = str(Path(sys.executable).parent / "funscribe")
_LAUNCHER = str(Path(__file__).with_name("launcher.py"))


@dataclass(frozen=True, slots=True)
class Taken:
    """What one command took.

    Attributes:
        wall_s: From its start to its end (s).
        cpu_s: Time of all its processes on all cores (s).
        peak_mb: Largest resident memory of one of its processes (MB).
        stdout: What it printed.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    stdout: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command and return what it took.

    Raises:
        RuntimeError: It failed.
    """
    launched = subprocess.run(
        [sys.executable, "-I", "-S", _LAUNCHER, *command],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    taken = json.loads(launched.stdout)
    if taken.pop("status") != 0:
        raise RuntimeError(f"{' '.join(command)} failed: {taken['stderr'].strip()[-400:]}")
    del taken["stderr"]
    return Taken(**taken)


def run_generate(clip: Path, *options: str, compiled: Path | None = None) -> Taken:
    """Run `funscribe generate` on a clip that was never seen before: no trace of it is kept.

    Args:
        clip: The video.
        options: More words of the command.
        compiled: Folder of models that were compiled in earlier runs; it is filled if it is not there. None
            compiles anew.
    """
    with tempfile.TemporaryDirectory(prefix="funscribe-bench-") as folder:
        there = Path(folder, "cache", "compiled")
        if compiled is not None and compiled.is_dir():
            shutil.copytree(compiled, there)
        command = [FUNSCRIBE, "generate", str(clip), "-o", folder, "--json", "--overwrite", *options]
        taken = run(command, {"FUNSCRIBE_CACHE_DIR": str(Path(folder, "cache"))})
        if compiled is not None and not compiled.is_dir() and there.is_dir():
            shutil.copytree(there, compiled)
    said = json.loads(taken.stdout)
    if said["cached"] or not said["frames"]:
        raise RuntimeError(f"{clip} was not watched: {said}")
    return taken


def made_by() -> dict[str, str | int]:
    """Return what made a result: versions and machine, no date."""
    return {**provenance.made_by(), "ffmpeg": _ffmpeg()}


def _ffmpeg() -> str:
    if shutil.which("ffmpeg") is None:
        return "none"
    ran = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    return ran.stdout.split()[2]
