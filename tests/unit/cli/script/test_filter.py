import json

import pytest

from funscribe.errors import FilterInvalid, OutputNotWritable, ScriptInvalid
from funscribe.script import read_script

AXES = (
    '{"version":"1.1","actions":[{"at":0,"pos":0},{"at":500,"pos":100},{"at":1000,"pos":0}],'
    '"metadata":{"title":"kept"},"axes":[{"id":"R1","actions":[{"at":0,"pos":40},{"at":900,"pos":70}]}]}'
)


@pytest.fixture
def several(folder):
    (folder / "axes.funscript").write_text(AXES, encoding="utf-8")
    return folder / "axes.funscript"


def test_steps_are_done_in_order_and_figures_told(folder, run):
    file = folder / "good.funscript"
    got = run("filter", file, "--apply", "clamp(high=80)", "--apply", "invert")
    assert got.exit_code == 0, got.output
    assert got.stdout.splitlines()[-1] == str(folder / "good.filtered.funscript")
    assert "max_speed                  200       160  units/s" in got.stdout
    assert read_script(folder / "good.filtered.funscript").pos.tolist() == [100, 20, 100]
    assert read_script(file).pos.tolist() == [0, 100, 0]


def test_as_json_and_to_a_file(folder, run):
    out = folder / "out.funscript"
    said = json.loads(
        run("filter", folder / "good.funscript", "--apply", "shift(by=9)", "-o", out, "--json").stdout
    )
    assert said["output"] == [str(out)]
    assert said["steps"] == ["shift(by=9)"]
    assert said["axes"]["stroke"]["before"]["lowest"] == 0
    assert said["axes"]["stroke"]["after"]["lowest"] == 9


def test_what_is_there_is_kept(folder, run):
    there = folder / "good.filtered.funscript"
    there.write_text("mine", encoding="utf-8")
    for words in ((), ("-o", there), ("-o", folder / "good.funscript")):
        got = run("filter", folder / "good.funscript", "--apply", "invert", *words)
        assert isinstance(got.exception, OutputNotWritable)
    assert there.read_text() == "mine"
    assert run("filter", folder / "good.funscript", "--apply", "invert", "--overwrite").exit_code == 0
    assert read_script(there).pos.tolist() == [100, 0, 100]


def test_repairs_are_told(folder, run):
    got = run("filter", folder / "bad.funscript", "--apply", "invert", "--json")
    assert "bad.funscript: actions are out of order and sorted" in got.stderr
    assert json.loads(got.stdout)["output"]


def test_a_passage(folder, run):
    actions = [{"at": at, "pos": at // 250 % 2 * 60 + 20} for at in range(0, 20_000, 250)]
    file = folder / "long.funscript"
    file.write_text(json.dumps({"actions": actions}), encoding="utf-8")
    assert run("filter", file, "--apply", "scale(high=50)", "--from", "5", "--to", "0:10").exit_code == 0
    got = read_script(folder / "long.filtered.funscript")
    assert set(got.pos[got.at_ms < 5000].tolist()) == {20, 80}
    assert set(got.pos[(got.at_ms > 5500) & (got.at_ms < 9500)].tolist()) == {10, 40}


def test_steps_that_change_nothing_are_told(folder, run):
    got = run("filter", folder / "good.funscript", "--apply", "invert", "--from", "50")
    assert got.exit_code == 0
    assert "change nothing there; the script goes from 0:00.0 to 0:01.0" in got.stderr
    got = run("filter", folder / "good.funscript", "--apply", "invert", "--overwrite")
    assert "change nothing" not in got.stderr


def test_an_axis_alone_and_all(several, run, folder):
    out = folder / "out.funscript"
    assert run("filter", several, "--apply", "invert", "--axis", "R1", "-o", out).exit_code == 0
    got = read_script(out)
    assert got.axes["roll"].pos.tolist() == [60, 30]
    assert got.pos.tolist() == [0, 100, 0]
    assert got.metadata["title"] == "kept"
    assert (
        run("filter", several, "--apply", "invert", "--axis", "all", "-o", out, "--overwrite").exit_code == 0
    )
    assert read_script(out).pos.tolist() == [100, 0, 100]
    assert read_script(out).axes["roll"].pos.tolist() == [60, 30]


def test_an_axis_that_is_not_there(several, run):
    got = run("filter", several, "--apply", "invert", "--axis", "twist")
    assert isinstance(got.exception, ScriptInvalid)
    assert "has no axis 'twist'; it has stroke, roll" in str(got.exception)


def test_a_picture(folder, run):
    picture = folder / "p.png"
    got = run("filter", folder / "good.funscript", "--apply", "simplify(tolerance=2)", "--plot", picture)
    assert got.exit_code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_picture_of_a_passage_shows_it_and_what_is_beside(folder, run, monkeypatch):
    actions = [{"at": at, "pos": at // 250 % 2 * 60 + 20} for at in range(0, 60_000, 250)]
    (folder / "long.funscript").write_text(json.dumps({"actions": actions}), encoding="utf-8")
    drawn = []
    monkeypatch.setattr(
        "funscribe.plots.comparison_png", lambda script, at_ms, *_: drawn.append((script.at_ms, at_ms)) or b""
    )
    words = ("--apply", "invert", "--plot", folder / "p.png", "--overwrite")
    assert run("filter", folder / "long.funscript", *words, "--from", "20", "--to", "30").exit_code == 0
    assert run("filter", folder / "long.funscript", *words).exit_code == 0
    assert [(int(at[0]), int(at[-1])) for pair in drawn for at in pair] == [(17_000, 33_000)] * 2 + [
        (0, 59_750)
    ] * 2


def test_beats_of_a_list(folder, run):
    beats = folder / "beats.txt"
    beats.write_text("0.52\n", encoding="utf-8")
    file = folder / "good.funscript"
    assert run("filter", file, "--apply", "snap", "--beats", beats).exit_code == 0
    assert read_script(folder / "good.filtered.funscript").at_ms.tolist() == [0, 520, 1000]
    got = run("filter", file, "--apply", "invert", "--beats", beats, "--overwrite")
    assert isinstance(got.exception, FilterInvalid)


def test_snap_asks_for_beats(folder, run):
    got = run("filter", folder / "good.funscript", "--apply", "snap")
    assert "give it --beats FILE" in str(got.exception)
    assert run("filter", folder / "good.funscript", "--apply", "snap(bpm=60)").exit_code == 0


def test_the_list_of_filters(run):
    got = run("filter", "--list")
    assert got.exit_code == 0
    assert "simplify: Leaves out actions" in got.stdout
    assert "  tolerance=2.0  farthest that the curve may move, up or down (units), ≥ 0.5, ≤ 50" in got.stdout
    said = json.loads(run("filter", "--list", "--json").stdout)
    assert said["clamp"]["options"][0]["path"] == "low"


@pytest.mark.parametrize("step", ["simplfy", "clamp(low=x)", "clamp("])
def test_a_wrong_step_is_left_to_the_main_command(folder, run, step):
    assert isinstance(run("filter", folder / "good.funscript", "--apply", step).exception, FilterInvalid)
    assert not (folder / "good.filtered.funscript").exists()


def test_wrong_usage(folder, run):
    assert run("filter").exit_code == 2
    assert run("filter", folder / "good.funscript", "--from", "later").exit_code == 2
    assert run("filter", folder / "good.funscript").exit_code == 2
    got = run("filter", folder / "none.funscript", "--apply", "invert")
    assert isinstance(got.exception, ScriptInvalid)
