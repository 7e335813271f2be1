from pathlib import Path

import pytest

from funscribe.errors import ScriptInvalid
from funscribe.records import Script
from funscribe.script.formats.sets import axis_path, find_set, join_axes, parts_of_set, split_name


@pytest.mark.parametrize(
    ("name", "main", "axis"),
    [
        ("x.funscript", "x.funscript", None),
        ("x.roll.funscript", "x.funscript", "roll"),
        ("x.R1.funscript", "x.funscript", "roll"),
        ("x.YAW.funscript", "x.funscript", "twist"),
        ("x.raw.funscript", "x.funscript", "raw"),
        ("x.soft.funscript", "x.soft.funscript", None),
        ("x.y.sway.csv", "x.y.csv", "sway"),
        (".roll.funscript", ".roll.funscript", None),
        ("roll.funscript", "roll.funscript", None),
        ("roll", "roll", None),
    ],
)
def test_what_a_name_says(name, main, axis):
    assert split_name(Path("a") / name) == (Path("a") / main, axis)


def test_names_of_files():
    assert axis_path(Path("a/x.funscript"), "twist").name == "x.twist.funscript"
    assert axis_path(Path("a/x.funscript"), "twist", codes=True).name == "x.R0.funscript"
    assert axis_path(Path("a/x.funscript"), "raw", codes=True).name == "x.raw.funscript"
    with pytest.raises(ScriptInvalid, match="my own"):
        axis_path(Path("x.funscript"), "my own")


def touch(folder, *names):
    for name in names:
        (folder / name).write_text("", encoding="utf-8")


def test_files_that_belong_together(tmp_path):
    touch(
        tmp_path, "x.funscript", "x.roll.funscript", "x.R2.funscript", "x.VIB.funscript", "x.soft.funscript"
    )
    touch(tmp_path, "x.yaw.funscript", "x.twist.funscript", "xx.roll.funscript", "x.roll.csv", "x.mp4")
    for name in ("x.funscript", "x.roll.funscript", "x.R2.funscript"):
        found = find_set(tmp_path / name)
        assert found.main.name == "x.funscript"
        assert {axis: path.name for axis, path in found.axes.items()} == {
            "twist": "x.twist.funscript",
            "roll": "x.roll.funscript",
            "pitch": "x.R2.funscript",
            "vib": "x.VIB.funscript",
        }
        assert [path.name for path in found.ignored] == ["x.yaw.funscript"]


def test_the_stroke_may_be_named_or_missing(tmp_path):
    touch(tmp_path, "x.stroke.funscript", "x.roll.funscript", "y.roll.funscript", "z.raw.funscript")
    assert find_set(tmp_path / "x.roll.funscript").main.name == "x.stroke.funscript"
    assert not find_set(tmp_path / "y.roll.funscript").main.exists()
    assert find_set(tmp_path / "z.raw.funscript").main.name == "z.raw.funscript"


def test_a_name_may_end_like_an_axis(tmp_path):
    touch(tmp_path, "step.up.funscript", "step.up.roll.funscript")
    found = find_set(tmp_path / "step.up.funscript")
    assert (found.main.name, list(found.axes)) == ("step.up.funscript", ["roll"])


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ScriptInvalid, match="cannot be read"):
        find_set(tmp_path / "none" / "x.funscript")


def test_axes_are_joined_and_parted_without_loss():
    roll, vib = Script([0], [5]), Script([0], [7], {"title": "own"})
    script = Script([0, 9], [1, 2], {"title": "t"}, axes={"roll": roll, "vib": vib})
    parts = parts_of_set(script, Path("x.funscript"))
    assert [path.name for path in parts] == ["x.funscript", "x.roll.funscript", "x.vib.funscript"]
    assert parts[Path("x.roll.funscript")].metadata == {"title": "t"}
    main, *others = parts.values()
    again = join_axes(main, dict(zip(("roll", "vib"), others, strict=True)), [])
    assert {name: (axis.actions, axis.metadata) for name, axis in again.axes.items()} == {
        "roll": (roll.actions, {}),
        "vib": (vib.actions, {"title": "own"}),
    }


def test_what_cannot_be_joined_is_told():
    repairs = []
    inner = Script([0], [1], axes={"roll": Script([0], [5])})
    joined = join_axes(
        inner, {"roll": Script([0], [7], axes={"vib": Script([], [])}), "stroke": inner}, repairs
    )
    assert [axis.pos.tolist() for axis in joined.axes.values()] == [[7]]
    assert [repair.rule for repair in repairs] == ["axis", "axis", "axis"]
