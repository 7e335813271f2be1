"""Every default dependency can be installed on every platform, as scripts/wheels last found it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HOME = Path(__file__).resolve().parent


@pytest.fixture
def wheels(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(HOME))
    import wheels

    return wheels


def test_the_list_holds_exactly_the_default_dependencies_as_they_are_locked(wheels: ModuleType) -> None:
    listed = {name: row["version"] for name, row in wheels.read().items()}
    assert listed == wheels.default_dependencies(), "run scripts/wheels"
    direct = {"av", "msgspec", "numpy", "opencv-python-headless", "openvino", "psutil", "scipy", "matplotlib"}
    assert direct <= set(listed)
    assert not set(listed) & {"onnxruntime", "pytest", "ultralytics", "torch"}


@pytest.mark.parametrize("platform", ["linux-aarch64", "linux-x86_64", "macos-arm64", "windows-amd64"])
def test_each_dependency_has_a_wheel_of_its_version_that_fits(wheels: ModuleType, platform: str) -> None:
    tags = {*wheels.PLATFORMS[platform], "any", "macosx_10_9_universal2"}
    unfit = []
    for name, row in wheels.read().items():
        held = re.fullmatch(r"(.+?)-([^-]+)(-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl", row[platform] or "")
        if held is None:
            unfit.append(f"{name}: no wheel, {row[platform]!r}")
            continue
        same = re.sub(r"[-_.]+", "-", held[1]).lower() == name and held[2] == row["version"]
        if not same or not tags & set(held[6].split(".")):
            unfit.append(f"{name}: {row[platform]}")
    assert unfit == []


def test_a_missing_wheel_is_told_of_its_package_alone(
    wheels: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(wanted: list[str], platform: str) -> dict[str, str | None]:
        if any(line.startswith("b==") for line in wanted):
            raise LookupError
        return {line.split("==")[0]: "file.whl" for line in wanted}

    monkeypatch.setattr(wheels, "_ask", ask)
    assert wheels.look({"a": "1", "b": "2", "c": "3"}, "linux-aarch64") == {
        "a": "file.whl", "b": None, "c": "file.whl",
    }  # fmt: skip


def test_the_name_of_a_file_is_taken_from_any_address(wheels: ModuleType) -> None:
    assert (
        wheels._file("scheme://host/a/b-1.0%2Bx-py3-none-any.whl?y=1#sha256=0") == "b-1.0+x-py3-none-any.whl"
    )


def test_the_command_refuses_what_it_does_not_know() -> None:
    ran = subprocess.run(
        [sys.executable, str(HOME / "wheels.py"), "--all"], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 2
    assert "usage: scripts/wheels" in ran.stderr
