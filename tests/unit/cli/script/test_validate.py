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
    assert [line.split(": ")[1] for line in lines] == ["error"] * 4 + ["valid, 3 actions"]


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
