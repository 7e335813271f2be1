"""Which file of the package index each default dependency is installed from, on every platform.

    scripts/wheels            ask the index and write tests/integration/wheels.json
    scripts/wheels --check    ask the index and tell where that file differs from it

The dependencies are those that `pip install funscribe` brings on Linux, in the versions of requirements.lock.
Other platforms have the same ones; what pip adds on Windows (colorama) is of pure Python.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_name("wheels.json")

# The Python of the lock, and the platforms: the C library of Debian 12 (2.36) is as new as one may ask for.
PYTHON = "3.11"
_GLIBC = [f"manylinux_2_{minor}" for minor in range(17, 37)] + ["manylinux2014"]
_MACOS = [f"macosx_{major}_0" for major in range(11, 15)]
PLATFORMS = {
    "linux-aarch64": [f"{base}_aarch64" for base in _GLIBC],
    "linux-x86_64": [f"{base}_x86_64" for base in _GLIBC],
    "macos-arm64": [f"{base}_{kind}" for base in _MACOS for kind in ("arm64", "universal2")],
    "windows-amd64": ["win_amd64"],
}
_MARKERS = {
    "extra": "",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_system": "Linux",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "linux",
}
_PATIENCE_S = 600.0


def locked() -> dict[str, str]:
    """Return the versions of requirements.lock by the normal form of the names."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
    return {str(canonicalize_name(name)): version for name, version in (line.split("==") for line in lines)}


def default_dependencies() -> dict[str, str]:
    """Return what comes with a plain installation, directly or not, in the locked versions.

    Raises:
        KeyError: The lock does not hold one of them.
    """
    versions = locked()
    found: dict[str, str] = {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = list(project["dependencies"])
    while waiting:
        wanted = Requirement(waiting.pop())
        name = str(canonicalize_name(wanted.name))
        if name not in found and (wanted.marker is None or wanted.marker.evaluate(_MARKERS)):
            found[name] = versions[name]
            waiting += requires(name) or ()
    return dict(sorted(found.items()))


def look(packages: dict[str, str], platform: str) -> dict[str, str | None]:
    """Return the file that pip would install of each package on a platform; None where it has none."""
    try:
        return _ask([f"{name}=={version}" for name, version in packages.items()], platform)
    except LookupError:
        if len(packages) == 1:
            return dict.fromkeys(packages)
    alone = ({name: version} for name, version in packages.items())
    return {name: file for one in alone for name, file in look(one, platform).items()}


def _ask(wanted: Iterable[str], platform: str) -> dict[str, str | None]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
        command += ["--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:"]
        command += ["--target", folder, "--report", str(report)]
        command += ["--implementation=cp", f"--python-version={PYTHON}"]
        command += [f"--abi={name}" for name in (f"cp{PYTHON.replace('.', '')}", "abi3", "none")]
        command += [f"--platform={tag}" for tag in PLATFORMS[platform]]
        ran = subprocess.run(
            [*command, *wanted], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE_S
        )
        if ran.returncode != 0:
            if "No matching distribution" in ran.stderr:
                raise LookupError(ran.stderr)
            raise RuntimeError(f"the package index could not be asked: {ran.stderr.strip()[-400:]}")
        rows = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {
        str(canonicalize_name(row["metadata"]["name"])): _file(row["download_info"]["url"]) for row in rows
    }


def _file(address: str) -> str:
    return re.split(r"[?#]", address)[0].rsplit("/", 1)[-1].replace("%2B", "+")


def read() -> dict[str, dict[str, str | None]]:
    """Return the recorded list: of every package its `version` and its file for every platform."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))


def main(arguments: list[str]) -> int:
    """Ask the index, then write the list or compare it; the exit status is 1 if it differs."""
    if arguments not in ([], ["--check"]):
        print("usage: scripts/wheels [--check]", file=sys.stderr)
        return 2
    packages = default_dependencies()
    rows: dict[str, dict[str, str | None]] = {name: {"version": packages[name]} for name in packages}
    for platform in PLATFORMS:
        for name, file in look(packages, platform).items():
            rows[name][platform] = file
    for name, row in rows.items():
        for platform in (key for key, file in row.items() if file is None):
            print(f"{name} {row['version']} has no wheel for {platform}")
    if not arguments:
        RECORD.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        print(f"{len(rows)} packages, {len(PLATFORMS)} platforms: {RECORD.relative_to(ROOT)}")
        return 0
    held = read()
    differing = [name for name in sorted({*rows, *held}) if rows.get(name) != held.get(name)]
    for name in differing:
        print(f"{name} differs:\n  index {rows.get(name)}\n  list  {held.get(name)}")
    return min(len(differing), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
