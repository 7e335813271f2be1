import json
from pathlib import Path

from typer.testing import CliRunner

from funscribe.cli.main import app
from funscribe.errors import RecipeInvalid
from funscribe.recipe import Recipe, options, read_recipe


def _show(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["recipe", "show", *arguments], env={"COLUMNS": "200"})
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_every_option_is_shown_with_its_range_and_unit() -> None:
    shown = _show()
    for option in options(Recipe()):
        assert option.path in shown
        assert option.bounds in shown
    assert "(px)" in shown


def test_toml_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(_show("--toml", "--set", "field.cells=9"), encoding="utf-8")
    assert read_recipe(path).field.cells == 9


def test_json_has_every_option() -> None:
    told = json.loads(_show("--json"))
    assert list(told) == [option.path for option in options(Recipe())]
    assert told["field.cells"]["default"] == 16


def test_a_profile_is_where_settings_start(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(_show("--profile", "pi", "--set", "field.cells=9", "--toml"), encoding="utf-8")
    assert (read_recipe(path).detect.size_px, read_recipe(path).field.cells) == (320, 9)


def test_a_profile_and_a_file_exclude_each_other(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text("")
    ran = CliRunner().invoke(app, ["recipe", "show", "--profile", "pi", "--recipe", str(path)])
    assert ran.exit_code == 2
    assert "--recipe" in ran.output


def test_an_unknown_profile_is_refused() -> None:
    ran = CliRunner().invoke(app, ["recipe", "show", "--profile", "laptop"])
    assert isinstance(ran.exception, RecipeInvalid)
    assert "there are: desktop, pi" in str(ran.exception)
