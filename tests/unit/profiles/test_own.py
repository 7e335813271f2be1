"""The user's own default recipe: read where it is, told where it is wrong, written with what differs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from funscribe.errors import OutputNotWritable, RecipeInvalid
from funscribe.profiles import Profile, RunOptions, own_path, read_own, write_own
from funscribe.recipe import Recipe, change


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNSCRIBE_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config" / "recipe.toml"


def test_there_is_none_until_one_is_written(path: Path) -> None:
    assert own_path() == path
    assert read_own() is None


def test_without_the_variable_it_lies_in_the_users_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FUNSCRIBE_CONFIG_DIR")
    assert own_path().parts[-2:] == ("funscribe", "recipe.toml")


def test_it_reads_back_as_it_was_written(path: Path) -> None:
    settings = [
        "field.cells=9",
        "motion.contacts=a,b",
        "motion.roi=0.1,0.2,0.3,0.4",
        "video.skip_loop_filter=no",
    ]
    own = Profile("default", 'a "name"', RunOptions(workers=3, threads=2), change(Recipe(), settings))
    assert write_own(own, "one\ntwo") == path
    assert read_own() == own
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# one\n# two\n")
    assert set(tomllib.loads(text)) == {"summary", "run", "field", "motion", "video"}
    write_own(Profile("default", "", RunOptions(), Recipe()))
    assert path.read_text(encoding="utf-8") == 'summary = ""\n'


@pytest.mark.parametrize(
    "text",
    [b"[run]\nworkers = -1", b"[field]\ncels = 9", b"x", b"\xff", b"[field]\ncells = 1e99", b"run = 3"],
)
def test_a_wrong_one_is_told_with_its_file_and_the_remedy(path: Path, text: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(text)
    with pytest.raises(RecipeInvalid, match=r"recipe\.toml, your default recipe.*remove it"):
        read_own()


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(RecipeInvalid, match="cannot be read"):
        read_own()
    with pytest.raises(OutputNotWritable):
        write_own(Profile("default", "", RunOptions(), Recipe()))


def test_a_folder_that_cannot_be_made_is_told(path: Path) -> None:
    path.parent.write_text("")
    with pytest.raises(OutputNotWritable):
        write_own(Profile("default", "", RunOptions(), Recipe()))
