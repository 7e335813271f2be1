"""What commands take, and what machine it was measured on."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNSCRIBE = str(Path(sys.executable).parent / "funscribe")
_LAUNCHER = str(Path(__file__).with_name("launcher.py"))
_LIBRARIES = ("av", "numpy", "opencv-python-headless", "scipy")


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


def run_generate(clip: Path, *options: str) -> Taken:
    """Run `funscribe generate` on a clip that was never seen before: the cache is empty."""
    with tempfile.TemporaryDirectory(prefix="funscribe-bench-") as folder:
        command = [FUNSCRIBE, "generate", str(clip), "-o", folder, "--json", "--overwrite", *options]
        taken = run(command, {"FUNSCRIBE_CACHE_DIR": str(Path(folder, "cache"))})
    said = json.loads(taken.stdout)
    if said["cached"] or not said["frames"]:
        raise RuntimeError(f"{clip} was not watched: {said}")
    return taken


def made_by() -> dict[str, str | int]:
    """Return what made a result: versions and machine, no date."""
    return {
        "funscribe": version("funscribe"),
        "commit": _commit(),
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
        "ffmpeg": _ffmpeg(),
    }


def _commit() -> str:
    """Return the commit of the checkout; with a plus where the package differs from it."""
    try:
        head = _said("git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD")
        changed = _said("git", "-C", str(ROOT), "status", "--porcelain", "--", "src")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _ffmpeg() -> str:
    if shutil.which("ffmpeg") is None:
        return "none"
    return _said("ffmpeg", "-version").split()[2]


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
