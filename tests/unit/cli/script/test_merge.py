import json

import pytest

from funscribe.errors import OutputNotWritable


@pytest.fixture
def parts(folder):
    for name, pos in (("s", 1), ("s.roll", 2), ("other", 3)):
        actions = [{"at": 0, "pos": pos}, {"at": 500, "pos": pos}]
        (folder / f"{name}.funscript").write_text(json.dumps({"actions": actions}), encoding="utf-8")
    return folder


def first(actions):
    return actions[0]["pos"]


def test_a_file_an_axis_becomes_one(parts, run):
    out = parts / "m.funscript"
    words = [parts / "s.funscript", parts / "s.roll.funscript", f"pitch={parts / 'other.funscript'}"]
    assert run("merge", *words, "-o", out).exit_code == 0
    said = json.loads(out.read_text())
    assert (said["version"], first(said["actions"])) == ("1.1", 1)
    assert {axis["id"]: first(axis["actions"]) for axis in said["axes"]} == {"R1": 2, "R2": 3}
    assert isinstance(run("merge", *words, "-o", out).exception, OutputNotWritable)
    assert run("merge", *words, "-o", out, "--form", "2.0", "--overwrite").exit_code == 0
    assert list(json.loads(out.read_text())["channels"]) == ["roll", "pitch"]


def test_an_axis_without_a_code_takes_the_form_with_names(parts, run):
    out = parts / "m.funscript"
    assert run("merge", parts / "s.funscript", f"mine={parts / 'other.funscript'}", "-o", out).exit_code == 0
    assert list(json.loads(out.read_text())["channels"]) == ["mine"]


def test_an_axis_is_named_once(parts, run):
    got = run("merge", parts / "s.funscript", parts / "other.funscript", "-o", parts / "m.funscript")
    assert got.exit_code == 2
    assert not (parts / "m.funscript").exists()
