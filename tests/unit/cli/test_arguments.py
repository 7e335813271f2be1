from pathlib import Path

import pytest
import typer

from funscribe.cli.arguments import Shortcuts, chosen_recipe, words
from funscribe.errors import RecipeInvalid
from funscribe.profiles import read_profile
from funscribe.recipe import Recipe


def test_settings_come_after_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text("[field]\ncells = 9\nsize_px = 128\n")
    chosen = chosen_recipe(path, ["field.cells=10"])
    assert (chosen.field.cells, chosen.field.size_px) == (10, 128)
    assert chosen_recipe(None, None) == Recipe()
    with pytest.raises(RecipeInvalid, match="unknown option"):
        chosen_recipe(path, ["nothing=1"])


def test_a_file_and_a_profile_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="is not for a run with a profile"):
        chosen_recipe(tmp_path / "r.toml", None, read_profile("pi"))


def test_shortcuts_not_given_change_nothing() -> None:
    assert Shortcuts().settings() == []


def test_every_shortcut_stands_for_an_option() -> None:
    given = Shortcuts(
        invert=True,
        invert_passage=["1-2", "4-5.5"],
        model="yolo11n",
        anchor="bench",
        contact="person,ball",
        roi="0.5,0,0.5,1",
        axes="stroke,roll",
        chapters=True,
        head="yolox",
        classes=Path("names.txt"),
        device="cuda",
        every_frame=True,
    )
    chosen = chosen_recipe(None, given.settings())
    assert chosen.script.invert
    assert chosen.script.invert_passages == ((1, 2), (4, 5.5))
    assert (chosen.detect.model, chosen.detect.device, chosen.detect.head) == ("yolo11n", "cuda", "yolox")
    assert (chosen.detect.classes, chosen.detect.every_frame) == ("names.txt", True)
    assert (chosen.motion.anchor, chosen.motion.contacts) == ("bench", ("person", "ball"))
    assert chosen.motion.roi == (0.5, 0, 0.5, 1)
    assert chosen.motion.axes == ("stroke", "roll")
    assert chosen.motion.chapters


@pytest.mark.parametrize(("text", "found"), [(None, ()), ("", ()), (" a, b ,,", ("a", "b")), ("a", ("a",))])
def test_words(text: str | None, found: tuple[str, ...]) -> None:
    assert words(text) == found
