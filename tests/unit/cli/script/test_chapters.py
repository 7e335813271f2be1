import json

import pytest

from funscribe.errors import ScriptInvalid


@pytest.fixture
def file(folder):
    said = {
        "actions": [{"at": 1000 * k, "pos": 100 * (k % 2)} for k in range(20)],
        "metadata": {
            "chapters": [
                {"name": "b", "startTime": "00:00:10.000", "endTime": "00:00:15.000", "colour": "red"},
                {"name": "a", "startTime": "00:00:00.000", "endTime": "00:00:04.000"},
            ]
        },
    }
    path = folder / "c.funscript"
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def chapters(path):
    said = json.loads(path.read_text())["metadata"]["chapters"]
    return [(c["name"], c["startTime"], c["endTime"]) for c in said]


def positions(path):
    return [action["pos"] for action in json.loads(path.read_text())["actions"]]


def test_list(file, run):
    assert run("chapters", "list", file).stdout.splitlines()[0].split() == [
        "1", "0:10.0", "to", "0:15.0", "100", "units/s", "b"
    ]  # fmt: skip
    said = json.loads(run("chapters", "list", file, "--json").stdout)
    assert said["chapters"][1] == {"name": "a", "start_s": 0, "end_s": 4, "mean_speed": 100}


def test_name_and_move(file, run):
    assert run("chapters", "edit", file, "a", "--name", "first", "--end", "0:05.5").exit_code == 0
    assert chapters(file) == [
        ("first", "00:00:00.000", "00:00:05.500"),
        ("b", "00:00:10.000", "00:00:15.000"),
    ]
    assert json.loads(file.read_text())["metadata"]["chapters"][1]["colour"] == "red"
    assert run("chapters", "edit", file, "2", "--start", "12").exit_code == 0
    assert chapters(file)[1] == ("b", "00:00:12.000", "00:00:15.000")
    assert json.loads(file.read_text())["metadata"]["chapters"][1]["colour"] == "red"


def test_change_what_is_in_it(file, run):
    out = file.with_name("o.funscript")
    assert run("chapters", "edit", file, "a", "--invert", "-o", out).exit_code == 0
    assert positions(out)[:5] == [100, 0, 100, 0, 0]
    assert run("chapters", "edit", file, "a", "--amplitude", "0.5", "-o", out, "--overwrite").exit_code == 0
    assert positions(out)[:5] == [25, 75, 25, 75, 0]
    assert positions(file)[:2] == [0, 100]
    assert run("chapters", "edit", file, "b", "--silence", "-o", out, "--overwrite").exit_code == 0
    held = [a for a in json.loads(out.read_text())["actions"] if 10_000 <= a["at"] <= 15_000]
    assert held == [{"at": 10_000, "pos": 0}, {"at": 15_000, "pos": 0}]


def test_add_and_remove(file, run):
    assert run("chapters", "add", file, "mid", "0:05", "9.5").exit_code == 0
    assert [name for name, *_ in chapters(file)] == ["a", "mid", "b"]
    assert run("chapters", "remove", file, "mid").exit_code == 0
    assert run("chapters", "remove", file, "1").exit_code == 0
    assert [name for name, *_ in chapters(file)] == ["b"]
    assert run("chapters", "remove", file, "1").exit_code == 0
    assert chapters(file) == []


@pytest.mark.parametrize(
    "words",
    [
        ("edit", "c", "--name", "x"),
        ("edit", "0"),
        ("edit", "3"),
        ("edit", "a", "--start", "9"),
        ("edit", "a", "--end", "soon"),
        ("edit", "a", "--amplitude", "-1"),
        ("remove", "none"),
    ],
)
def test_wrong_usage_changes_nothing(file, run, words):
    before = file.read_bytes()
    assert run("chapters", words[0], file, *words[1:]).exit_code == 2
    assert file.read_bytes() == before


def test_csv_has_no_chapters(file, run, folder):
    (folder / "t.csv").write_text("0,1\n5,2\n", encoding="utf-8")
    assert isinstance(run("chapters", "add", folder / "t.csv", "a", "0", "1").exception, ScriptInvalid)
    assert (
        run("chapters", "add", folder / "t.csv", "a", "0", "1", "-o", folder / "t.funscript").exit_code == 0
    )
    assert chapters(folder / "t.funscript")[0][0] == "a"
