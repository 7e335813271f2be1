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


def test_where_a_device_is_asked_too_much(folder, run):
    (folder / "fast.funscript").write_text(
        '{"actions":[{"at":0,"pos":0},{"at":100,"pos":90},{"at":1000,"pos":0}]}', encoding="utf-8"
    )
    got = run("stats", folder / "fast.funscript", "--max-speed", "400")
    assert "over_percent              10.0  % of the duration" in got.stdout
    assert "too fast from 0.000 s to 0.100 s: 900 units/s" in got.stdout
    said = json.loads(run("stats", folder / "fast.funscript", "--max-speed", 400, "--json").stdout)
    assert said["over"] == [{"start_s": 0, "end_s": 0.1, "speed": 900}]
    assert "over" not in json.loads(run("stats", folder / "fast.funscript", "--json").stdout)
