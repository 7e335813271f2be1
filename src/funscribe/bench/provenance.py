"""What made a result: versions, commit and processor; no date, and no path of the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_LIBRARIES = ("av", "numpy", "opencv-python-headless", "scipy")
_PATIENCE_S = 30.0


def made_by() -> dict[str, str | int]:
    """Versions of the package and of what computes, the commit of the package, and the processor."""
    return {
        "funscribe": version("funscribe"),
        "commit": commit(PACKAGE),
        "cpu": cpu_name(),
        "cores": core_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def commit(folder: Path) -> str:
    """The commit that holds a package, with a plus where its files differ from it; "unknown" if none does."""
    try:
        # A package installed into a checkout of something else must not be given the commit of that.
        _git(folder, "ls-files", "--error-unmatch", "__init__.py")
        head = _git(folder, "rev-parse", "--short=10", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--", ".")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return head + ("+" if changed else "")


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PATIENCE_S)
    return ran.stdout.strip()


def core_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_name() -> str:
    """The model of the processor."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # another system: the general answer below has to do
    return platform.processor() or platform.machine()
