import json

import pytest

from funscribe.errors import OutputNotWritable, ScriptInvalid

STROKE = [{"at": 0, "pos": 0}, {"at": 500, "pos": 100}]
ROLL = [{"at": 0, "pos": 50}, {"at": 400, "pos": 60}]


@pytest.fixture
def set_of_files(folder):
    (folder / "s.funscript").write_text(json.dumps({"actions": STROKE, "rawActions": [1]}), encoding="utf-8")
    (folder / "s.yaw.funscript").write_text(json.dumps({"actions": ROLL}), encoding="utf-8")
    return folder


def said(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_there_and_back(set_of_files, run):
    folder = set_of_files
    assert run("convert", folder / "s.funscript", folder / "a.funscript", "--form", "1.1").exit_code == 0
    assert said(folder / "a.funscript")["axes"] == [{"id": "R0", "actions": ROLL}]
    assert run("convert", folder / "a.funscript", folder / "b.funscript", "--form", "2.0").exit_code == 0
    assert said(folder / "b.funscript")["channels"] == {"twist": {"actions": ROLL}}
    got = run("convert", folder / "b.funscript", folder / "c.funscript", "--form", "set-of-codes")
    assert got.stdout.split() == [str(folder / "c.funscript"), str(folder / "c.R0.funscript")]
    assert (said(folder / "c.funscript")["actions"], said(folder / "c.R0.funscript")["actions"]) == (
        STROKE,
        ROLL,
    )
    assert said(folder / "c.funscript")["rawActions"] == [1]


def test_csv_both_ways(set_of_files, run):
    folder = set_of_files
    got = run("convert", folder / "s.funscript", folder / "t.csv")
    assert got.stdout.split() == [str(folder / "t.csv"), str(folder / "t.twist.csv")]
    assert (folder / "t.csv").read_text() == "t_ms,pos\n0,0\n500,100\n"
    assert run("convert", folder / "t.csv", folder / "u.funscript").exit_code == 0
    assert said(folder / "u.funscript")["actions"] == STROKE
    assert said(folder / "u.twist.funscript")["actions"] == ROLL


def test_files_beside_may_be_left_out(set_of_files, run):
    got = run("convert", set_of_files / "s.funscript", set_of_files / "a.csv", "--alone")
    assert got.stdout.split() == [str(set_of_files / "a.csv")]


def test_repairs_are_told_on_stderr(folder, run):
    got = run("convert", folder / "bad.funscript", folder / "a.funscript", "--duration", "0.4")
    assert "out of order" in got.stderr
    assert said(folder / "a.funscript")["actions"] == [{"at": 0, "pos": 100}, {"at": 400, "pos": 20}]


def test_files_are_replaced_only_if_asked(set_of_files, run):
    folder = set_of_files
    (folder / "a.twist.funscript").write_text("mine", encoding="utf-8")
    got = run("convert", folder / "s.funscript", folder / "a.funscript")
    assert isinstance(got.exception, OutputNotWritable)
    assert not (folder / "a.funscript").exists()
    assert run("convert", folder / "s.funscript", folder / "a.funscript", "--overwrite").exit_code == 0
    assert said(folder / "a.twist.funscript")["actions"] == ROLL


def test_a_form_without_a_place_for_the_axes(set_of_files, run):
    got = run("convert", set_of_files / "s.funscript", set_of_files / "a.funscript", "--form", "1.0")
    assert isinstance(got.exception, ScriptInvalid)
    assert not (set_of_files / "a.funscript").exists()
