import json

from funscribe.errors import ScriptInvalid


def test_stats(folder, run):
    got = run("stats", folder / "good.funscript")
    assert got.exit_code == 0
    assert "max_speed                  200  units/s" in got.stdout
    said = json.loads(run("stats", folder / "good.funscript", "--json").stdout)
    assert said["max_speed"] == 200
    assert said["file"].endswith("good.funscript")


def test_stats_of_an_empty_script(folder, run):
    (folder / "empty.funscript").write_text('{"actions":[]}', encoding="utf-8")
    assert run("stats", folder / "empty.funscript").exit_code == 0
    assert json.loads(run("stats", folder / "empty.funscript", "--json").stdout)["lowest"] is None


def test_a_script_that_cannot_be_read_is_left_to_the_main_command(folder, run):
    assert isinstance(run("stats", folder / "none.funscript").exception, ScriptInvalid)
