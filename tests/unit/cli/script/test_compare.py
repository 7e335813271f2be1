import json

import pytest

from funscribe.errors import ScriptInvalid


def saw(path, late=0, turned=()):
    pos = [90 if k % 2 else 10 + k % 5 * 5 for k in range(120)]
    pos = [100 - p if k in turned else p for k, p in enumerate(pos)]
    actions = [{"at": 5000 + 400 * k + 31 * (k % 7) + late, "pos": p} for k, p in enumerate(pos)]
    path.write_text(json.dumps({"actions": actions}), encoding="utf-8")
    return path


@pytest.fixture
def pair(tmp_path):
    return saw(tmp_path / "a.funscript", turned=range(40, 60)), saw(tmp_path / "b.funscript")


def test_figures_and_passages(pair, run):
    got = run("compare", *pair)
    assert got.exit_code == 0
    assert "differs from 0:19.9 to 0:29" in got.stdout
    said = json.loads(run("compare", *pair, "--json").stdout)
    assert said["sign"] == 1
    assert len(said["passages"]) == 1
    assert said["shift_ms"] == 0


def test_aligned_first(tmp_path, run):
    a, b = saw(tmp_path / "a.funscript", late=2600), saw(tmp_path / "b.funscript")
    said = json.loads(run("compare", a, b, "--align", "--json").stdout)
    assert said["shift_ms"] == pytest.approx(2600, abs=20)
    assert said["f1"] == 1
    assert said["passages"] == []


def test_a_picture(pair, tmp_path, run):
    assert run("compare", *pair, "--plot", tmp_path / "p.png").exit_code == 0
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_read(pair, tmp_path, run):
    assert isinstance(run("compare", pair[0], tmp_path / "none.funscript").exception, ScriptInvalid)
