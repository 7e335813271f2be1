"""The shell commands of the checkout, as far as they go without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "scripts/setup", "scripts/demo", "scripts/check", "scripts/test", "scripts/bench-env", "scripts/wheels",
    ".ci/run",
)  # fmt: skip

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are shell scripts")


def call(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of nothing but the commands and what they read."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_can_be_run_and_read(name: str) -> None:
    path = ROOT / name
    assert os.access(path, os.X_OK)
    shell = path.read_text(encoding="utf-8").splitlines()[0].split("/")[-1].split()[-1]
    assert call(shell, "-n", str(path)).returncode == 0


def test_demo_explains_itself() -> None:
    told = call("scripts/demo", "--help")
    assert told.returncode == 0
    assert "usage: scripts/demo [VIDEO]" in told.stdout


def test_demo_refuses_two_videos_and_a_missing_one(checkout: Path) -> None:
    assert call("scripts/demo", "a.mp4", "b.mp4", cwd=checkout).returncode == 2
    told = call("scripts/demo", "a.mp4", cwd=checkout)
    assert told.returncode == 1
    assert told.stderr.startswith("error: a.mp4 is not a file")
    assert not (checkout / ".venv").exists()


def test_setup_says_what_to_do_about_an_old_python(checkout: Path) -> None:
    old = program(checkout / "old python", '[ "$1" = --version ] && echo Python 3.9.2 && exit; exit 1')
    told = call("scripts/setup", cwd=checkout, PYTHON=str(old))
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "3.11 or newer is needed, and there is Python 3.9.2; install it" in told.stderr
    assert not (checkout / ".venv").exists()


def test_setup_says_what_to_do_without_venv(checkout: Path) -> None:
    bare = program(checkout / "bare", 'case "$2" in *venv*) exit 1 ;; esac')
    told = call("scripts/setup", cwd=checkout, PYTHON=str(bare))
    assert told.returncode == 1
    assert "apt install python3-venv" in told.stderr


def test_setup_refuses_what_it_does_not_know(checkout: Path) -> None:
    assert call("scripts/setup", "everything", cwd=checkout).returncode == 2


def test_check_says_what_comes_first(checkout: Path) -> None:
    told = call("scripts/check", cwd=checkout)
    assert told.returncode == 1
    assert "scripts/setup dev" in told.stderr


def test_lock_holds_every_dependency_by_name_and_version() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)
    locked = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert {re.split(r"[<>=[]", item)[0].lower() for item in asked} <= locked


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A repository whose commands only say that they were called, on a branch that left main."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for name, text in (
        ("scripts/setup", "echo setup"),
        ("scripts/test", "echo tests"),
        (".venv/bin/funscribe", 'echo "$@"; exit ${SLOWER:-0}'),
        ("bin/ffmpeg", "true"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        program(tmp_path / name, text)
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for words in (
        ("init", "-q", "-b", "main"),
        (*who, "commit", "-q", "--allow-empty", "-m", "base"),
        ("checkout", "-q", "-b", "work"),
        (*who, "commit", "-q", "--allow-empty", "-m", "new"),
    ):
        assert call("git", *words, cwd=tmp_path).returncode == 0
    return tmp_path


def ci(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return call("bash", ".ci/run", cwd=folder, PATH=path, **environment)


def test_continuous_integration_runs_the_tests_alone(built: Path) -> None:
    for wanted in ("", "0"):
        ran = ci(built, FUNSCRIBE_BENCH=wanted)
        assert (ran.returncode, ran.stdout) == (0, "tests\n")


def test_it_compares_the_speed_where_that_is_asked_for(built: Path) -> None:
    base = call("git", "rev-parse", "main", cwd=built).stdout.strip()
    ran = ci(built, FUNSCRIBE_BENCH="1")
    assert ran.stdout == f"setup\nbench compare {base} HEAD\ntests\n"
    ran = ci(built, FUNSCRIBE_BENCH="1", SLOWER="1")
    assert ran.returncode == 1
    assert "tests" not in ran.stdout


def test_it_tells_where_there_is_nothing_to_compare_with(built: Path) -> None:
    call("git", "checkout", "-q", "main", cwd=built)
    ran = ci(built, FUNSCRIBE_BENCH="1")
    assert (ran.returncode, ran.stdout) == (0, "setup\ntests\n")
    assert "on main already" in ran.stderr
    call("git", "branch", "-m", "other", cwd=built)
    call("git", "branch", "-D", "work", cwd=built)
    ran = ci(built, FUNSCRIBE_BENCH="1")
    assert (ran.returncode, ran.stdout) == (0, "setup\ntests\n")
    assert "no merge base" in ran.stderr
