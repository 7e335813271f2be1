import json

import pytest
from typer.testing import CliRunner

from funscribe.cli.script import app
from funscribe.errors import ScriptInvalid

RUNNER = CliRunner()
GOOD = '{"version":"1.0","actions":[{"at":0,"pos":0},{"at":500,"pos":100},{"at":1000,"pos":0}]}'
BAD = '{"version":1,"actions":[{"at":500,"pos":0},{"at":0,"pos":120}]}'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.funscript").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.funscript").write_text(BAD, encoding="utf-8")
    (tmp_path / "none.funscript").write_text("nope", encoding="utf-8")
    (tmp_path / "odd.funscript").write_text(GOOD.replace("{", '{"inverted":true,', 1), encoding="utf-8")
    return tmp_path


def run(*words):
    return RUNNER.invoke(app, [str(word) for word in words])


def test_validate_a_good_file(folder):
    got = run("validate", folder / "good.funscript")
    assert got.exit_code == 0
    assert got.stdout == f"{folder / 'good.funscript'}: valid, 3 actions\n"


def test_validate_says_what_is_unusual_but_legal(folder):
    got = run("validate", folder / "odd.funscript")
    assert got.exit_code == 0
    assert "odd.funscript: note: the script is marked as inverted" in got.stdout


def test_validate_has_a_line_for_each_fault_and_goes_on(folder):
    got = run("validate", folder / "none.funscript", folder / "bad.funscript", folder / "good.funscript")
    assert got.exit_code == 1
    lines = got.stdout.splitlines()
    assert lines[0].startswith(f"{folder / 'none.funscript'}: error: is no JSON")
    assert [line.split(": ")[1] for line in lines] == ["error"] * 4 + ["valid, 3 actions"]


def test_validate_as_json(folder):
    got = run("validate", folder / "bad.funscript", folder / "missing.funscript", "--json")
    assert got.exit_code == 1
    said = json.loads(got.stdout)
    assert said["valid"] is False
    bad, missing = said["files"]
    assert {p["rule"] for p in bad["problems"]} == {"version", "unsorted", "out-of-range"}
    assert (bad["actions"], missing["actions"]) == (2, None)
    assert missing["problems"][0]["rule"] == "unreadable"


def test_stats(folder):
    got = run("stats", folder / "good.funscript")
    assert got.exit_code == 0
    assert "max_speed                  200  units/s" in got.stdout
    said = json.loads(run("stats", folder / "good.funscript", "--json").stdout)
    assert said["max_speed"] == 200
    assert said["file"].endswith("good.funscript")


def test_stats_of_an_empty_script(folder):
    (folder / "empty.funscript").write_text('{"actions":[]}', encoding="utf-8")
    assert run("stats", folder / "empty.funscript").exit_code == 0
    assert json.loads(run("stats", folder / "empty.funscript", "--json").stdout)["lowest"] is None


def test_heatmap(folder):
    got = run("heatmap", folder / "good.funscript")
    assert got.exit_code == 0
    assert (folder / "good.png").read_bytes().startswith(b"\x89PNG")
    out = folder / "x.png"
    assert run("heatmap", folder / "good.funscript", "-o", out, "--duration", "20").exit_code == 0
    assert out.read_bytes() != (folder / "good.png").read_bytes()


def test_a_script_that_cannot_be_read_is_left_to_the_main_command(folder):
    for command in ("stats", "heatmap"):
        assert isinstance(run(command, folder / "none.funscript").exception, ScriptInvalid)


def test_wrong_usage(folder):
    assert run("validate").exit_code == 2
    assert run("heatmap", folder / "good.funscript", "--duration", "-3").exit_code == 2
