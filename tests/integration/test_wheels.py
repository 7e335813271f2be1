"""How scripts/wheels asks the package index; what it last found is tested in test_cross_platform.py."""

from __future__ import annotations

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
