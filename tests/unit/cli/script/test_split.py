import json

from funscribe.errors import OutputNotWritable

FILE = {
    "version": "1.1",
    "actions": [{"at": 0, "pos": 1}, {"at": 5, "pos": 2}],
    "axes": [{"id": "R1", "actions": [{"at": 0, "pos": 3}]}],
    "metadata": {"title": "t"},
}


def test_an_axis_a_file(folder, run):
    file, home = folder / "m.funscript", folder / "out"
    file.write_text(json.dumps(FILE), encoding="utf-8")
    home.mkdir()
    got = run("split", file, "-o", home)
    assert got.stdout.split() == [str(home / "m.funscript"), str(home / "m.roll.funscript")]
    roll = json.loads((home / "m.roll.funscript").read_text())
    assert (roll["version"], roll["actions"], roll["metadata"]) == (
        "1.0",
        [{"at": 0, "pos": 3}],
        {"title": "t"},
    )
    assert run("split", file, "-o", home, "--codes").exception is not None
    assert run("split", file, "-o", home, "--codes", "--overwrite").exit_code == 0
    assert (home / "m.R1.funscript").exists()


def test_the_whole_file_is_replaced_only_if_asked(folder, run):
    file = folder / "m.funscript"
    file.write_text(json.dumps(FILE), encoding="utf-8")
    assert isinstance(run("split", file).exception, OutputNotWritable)
    assert "axes" in json.loads(file.read_text())
    assert run("split", file, "--overwrite").exit_code == 0
    assert "axes" not in json.loads(file.read_text())


def test_the_whole_file_stays_if_an_axis_cannot_be_written(folder, run):
    file = folder / "m.funscript"
    file.write_text(json.dumps(FILE), encoding="utf-8")
    (folder / "m.roll.funscript").mkdir()
    assert isinstance(run("split", file, "--overwrite").exception, OutputNotWritable)
    assert "axes" in json.loads(file.read_text())
