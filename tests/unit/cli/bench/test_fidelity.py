import dataclasses
import json

import pytest
from typer.testing import CliRunner

from funscribe.cli.bench import app
from funscribe.testing import SCENES

RUNNER = CliRunner()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in, and one short scene to measure."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(SCENES, "short", dataclasses.replace(SCENES["vertical"], duration_s=4.0))
    return tmp_path


def run(*words):
    return RUNNER.invoke(app, [str(word) for word in words])


def test_prints_tables_and_writes_json_and_pictures(place):
    got = run("fidelity", "--only", "short", "--work", "work")
    assert got.exit_code == 0, got.output
    assert "Synthetic scenes" in got.stdout
    assert "scenes, worst r (short)" in got.stdout
    assert "real clips are not measured" in got.stderr
    text = (place / "fidelity" / "fidelity.json").read_text(encoding="utf-8")
    assert [score["name"] for score in json.loads(text)["scenes"]] == ["short"]
    assert str(place) not in text
    assert (place / "fidelity" / "scenes-short.png").is_file()
    assert list((place / "work").glob("scenes-*/short.mp4"))


def test_json_is_all_of_stdout(place):
    got = run("fidelity", "--only", "short", "--json", "--out", "there", "--set", "script.invert=yes")
    said = json.loads(got.stdout)
    assert said["scenes"][0]["sign_right"] is False
    assert said == json.loads((place / "there" / "fidelity.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--data", "nowhere"], "there is no folder nowhere"),
        (["--only", "verticel"], "did you mean vertical"),
        (["--docs", "--only", "short"], "leave --only and --set out"),
        (["--docs", "--set", "script.invert=yes"], "leave --only and --set out"),
        (["--docs"], "run it in the folder"),
    ],
)
def test_wrong_usage(place, words, says):
    got = run("fidelity", *words)
    assert got.exit_code == 2
    assert says in " ".join(got.stderr.replace("│", " ").split())
    assert not (place / "fidelity").exists()


def test_writes_the_docs_of_a_checkout(place, monkeypatch):
    for name in list(SCENES):
        if name != "short":
            monkeypatch.delitem(SCENES, name)
    (place / "docs").mkdir()
    notes = place / "docs" / "fidelity-notes.md"
    notes.write_text("## Notes\n\nOld.\n", encoding="utf-8")
    assert run("fidelity", "--docs").exit_code == 0
    page = place / "docs" / "fidelity.md"
    assert "Not measured: quva, jumprope, pendulum." in page.read_text(encoding="utf-8")
    notes.write_text("## Notes\n\nNew.\n", encoding="utf-8")
    assert run("page").stdout.split() == ["docs/fidelity.md"]
    assert "New." in page.read_text(encoding="utf-8")
