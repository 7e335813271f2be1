import json


def test_validate_a_good_file(folder, run):
    got = run("validate", folder / "good.funscript")
    assert got.exit_code == 0
    assert got.stdout == f"{folder / 'good.funscript'}: valid, 3 actions\n"


def test_validate_says_what_is_unusual_but_legal(folder, run):
    got = run("validate", folder / "odd.funscript")
    assert got.exit_code == 0
    assert "odd.funscript: note: the script is marked as inverted" in got.stdout


def test_validate_has_a_line_for_each_fault_and_goes_on(folder, run):
    got = run("validate", folder / "none.funscript", folder / "bad.funscript", folder / "good.funscript")
    assert got.exit_code == 1
    lines = got.stdout.splitlines()
    assert lines[0].startswith(f"{folder / 'none.funscript'}: error: is no JSON")
    assert [line.split(": ")[1] for line in lines] == ["error"] * 4 + [
        "not valid; --fix puts it right",
        "valid, 3 actions",
    ]


def test_validate_as_json(folder, run):
    got = run("validate", folder / "bad.funscript", folder / "missing.funscript", "--json")
    assert got.exit_code == 1
    said = json.loads(got.stdout)
    assert said["valid"] is False
    bad, missing = said["files"]
    assert {p["rule"] for p in bad["problems"]} == {"version", "unsorted", "out-of-range"}
    assert (bad["actions"], missing["actions"]) == (2, None)
    assert missing["problems"][0]["rule"] == "unreadable"


def test_files_must_be_named(run):
    assert run("validate").exit_code == 2


def test_fix_writes_what_players_like(folder, run):
    bad, good = folder / "bad.funscript", folder / "good.funscript"
    before = good.read_bytes()
    got = run("validate", "--fix", bad, good)
    assert got.exit_code == 0
    assert f"{bad}: fixed, 2 actions" in got.stdout
    assert good.read_bytes() == before
    assert run("validate", bad).stdout == f"{bad}: valid, 2 actions\n"
    assert run("validate", "--fix", folder / "none.funscript").exit_code == 1
    assert (folder / "none.funscript").read_text() == "nope"


def test_actions_after_the_end_of_the_video(folder, run):
    good = folder / "good.funscript"
    got = run("validate", good, "--duration", "0.75", "--json")
    assert got.exit_code == 1
    assert json.loads(got.stdout)["files"][0]["problems"][0]["rule"] == "after-end"
    assert run("validate", good, "--duration", "0.75", "--fix").exit_code == 0
    said = json.loads(good.read_text())
    assert said["actions"][-1] == {"at": 750, "pos": 50}
    assert said["metadata"]["duration"] == 1


def test_a_fixed_file_keeps_its_form(folder, run):
    roll = {"id": "R1", "actions": [{"at": 9, "pos": 1}, {"at": 0, "pos": 2}]}
    file = folder / "axes.funscript"
    file.write_text(json.dumps({"version": 1.1, "actions": [], "axes": [roll], "x": 5}), encoding="utf-8")
    assert run("validate", "--fix", file).exit_code == 0
    said = json.loads(file.read_text())
    assert (said["version"], said["x"], said["axes"][0]["actions"][0]) == ("1.1", 5, {"at": 0, "pos": 2})
    table = folder / "a.csv"
    table.write_text("5,1\n0,2\n", encoding="utf-8")
    assert run("validate", "--fix", table).exit_code == 0
    assert table.read_text() == "t_ms,pos\n0,2\n5,1\n"
