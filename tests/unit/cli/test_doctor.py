"""What `funscribe doctor` finds is what is there, and what is missing is told with its remedy."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from funscribe import __version__
from funscribe.cli import doctor
from funscribe.cli.main import app


def found(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["doctor", *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_json_is_one_object_of_what_is_there(own_cache: Path) -> None:
    told = json.loads(found("--json"))
    assert told["funscribe"] == __version__
    assert told["python"] == platform.python_version()
    assert told["system"] == platform.system()
    assert 1 <= told["cores"] <= (os.cpu_count() or 1)
    assert 0 < told["memory_free_gb"] <= told["memory_gb"]
    assert told["ffmpeg"]["libavcodec"]
    assert told["cache"]["folder"] == str(own_cache)
    assert told["cache"]["writable"] is True
    assert told["cache"]["free_gb"] > 0


def test_people_see_a_line_for_each_thing() -> None:
    shown = found()
    for name in (
        "Funscribe",
        "Python",
        "machine",
        "PyAV",
        "hardware decoders",
        "openvino",
        "cache",
        "[cuda]",
    ):
        assert f"\n{name} " in f"\n{shown}", name


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("AMD64", "x86_64"),
        ("x86_64", "x86_64"),
        ("arm64", "aarch64"),
        ("aarch64", "aarch64"),
        ("riscv64", "riscv64"),
    ],
)
def test_a_machine_has_one_name_on_every_system(
    said: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: said)
    assert doctor.look()["machine"] == told


def test_engines_are_told_with_their_devices() -> None:
    engines = doctor.look()["engines"]
    assert "cpu" in engines["openvino"]["devices"]
    assert engines["openvino"]["remedy"] is None
    assert engines["onnxruntime"]["devices"]["cpu"] == "CPUExecutionProvider"
    assert "cpu (CPUExecutionProvider)" in doctor._engine_line(engines["onnxruntime"])


def test_an_engine_that_is_not_installed_has_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name.startswith("onnxruntime"):
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(doctor, "version", version)
    told = doctor.look()
    assert told["engines"]["onnxruntime"] == {
        "version": None, "devices": {}, "remedy": "pip install 'funscribe[onnxruntime]'",
    }  # fmt: skip
    assert told["extras"]["onnxruntime"]["installed"] is False
    assert told["extras"]["cuda"] == {"installed": False, "command": "pip install 'funscribe[cuda]'"}
    assert told["extras"]["ultralytics"]["installed"] is True
    assert "dev" not in told["extras"]


@pytest.mark.parametrize(
    "error", [ImportError("libx.so is missing"), OSError("bad file"), RuntimeError("no driver")]
)
def test_an_engine_that_is_broken_is_told_with_the_reason(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> dict[str, str]:
        raise error

    monkeypatch.setattr(doctor, "_devices", broken)
    told: dict[str, Any] = doctor.look()["engines"]["openvino"]
    assert told["devices"] == {}
    assert told["remedy"] == f"{error}; pip install openvino --force-reinstall"
    assert doctor._engine_line(told).startswith("not usable: ")


def test_a_cache_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(tmp_path / "not" / "there" / "yet"))
    assert doctor.look()["cache"]["writable"] is True
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert doctor.look()["cache"]["writable"] is False
    assert "not writable: set FUNSCRIBE_CACHE_DIR" in found()


def test_cores_are_those_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 3, 5}, raising=False)
    assert doctor.look()["cores"] == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert doctor.look()["cores"] == 1
