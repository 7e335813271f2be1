"""The packages to compare with are asked in an environment of their own, and what is missing is told."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The module with an empty folder for the environment, and another for the scripts."""
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))
    monkeypatch.delitem(sys.modules, "peers", raising=False)
    import peers

    monkeypatch.setattr(peers, "HOME", tmp_path / "env")
    monkeypatch.setattr(peers, "FOLDER", tmp_path)
    return peers


@pytest.fixture
def installed(peers: ModuleType) -> ModuleType:
    """The module with an environment that is this interpreter."""
    name = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    path = peers.HOME / name
    path.parent.mkdir(parents=True)
    path.symlink_to(sys.executable)
    rows = {name: {"version": "1.0", "reason": None} for name in peers.PEERS}
    rows["torch"] = {"version": None, "reason": "it is too large"}
    (peers.HOME / peers.FOUND).write_text(json.dumps(rows), encoding="utf-8")
    return peers


def script(peers: ModuleType, text: str) -> str:
    (peers.FOLDER / "peer_x.py").write_text(text, encoding="utf-8")
    return "peer_x.py"


def test_without_the_environment_its_script_is_named(peers: ModuleType) -> None:
    assert peers.python() is None
    assert peers.version("torch") is None
    with pytest.raises(RuntimeError, match="scripts/bench-env"):
        peers.ask("peer_x.py")


def test_versions_are_those_that_were_found(installed: ModuleType) -> None:
    assert installed.version("trackers") == "1.0"
    assert installed.version("torch") is None
    assert installed.found()["torch"]["reason"] == "it is too large"
    with pytest.raises(ValueError, match="there are numpy"):
        installed.version("numpi")


def test_the_last_line_is_the_answer(installed: ModuleType) -> None:
    name = script(
        installed,
        "import json, os, sys\nprint('loading')\n"
        "print(json.dumps([sys.argv[1:], os.environ.get('PYTHONPATH'), os.environ['OMP_NUM_THREADS']]))",
    )
    assert installed.ask(name, "a", 3, threads=2) == [["a", "3"], None, "2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import sys; sys.exit('no such model')", "status 1: no such model"),
        ("print('done')", "ends without JSON: 'done'"),
        ("", "ends without JSON: ''"),
    ],
)
def test_what_goes_wrong_is_told(installed: ModuleType, text: str, told: str) -> None:
    with pytest.raises(RuntimeError, match=re.escape(told)):
        installed.ask(script(installed, text))


def test_an_answer_is_not_waited_for_without_end(installed: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="no answer in 1 s"):
        installed.ask(script(installed, "import time; time.sleep(60)"), timeout_s=1)


def test_what_cannot_be_imported_is_missing(
    peers: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert peers._look("nothing-of-that-name")["version"] is None
    monkeypatch.setattr(peers, "installed_version", lambda name: "2.0")
    assert peers._look("json") == {"version": "2.0", "reason": None}
    broken = peers._look("not_there_at_all")
    assert broken["version"] is None
    assert "2.0 is installed, and cannot be imported: ModuleNotFoundError" in str(broken["reason"])


def test_the_lock_names_every_peer_by_version_and_nothing_for_a_gpu(peers: ModuleType) -> None:
    lines = (ROOT / "tests" / "benchmarks" / "peers.lock").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line) for line in lines)
    names = {line.split("==")[0].lower() for line in lines}
    assert set(peers.PEERS) <= names
    assert not [name for name in names if name.startswith(("nvidia-cu", "cuda", "triton"))]
