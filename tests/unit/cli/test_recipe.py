import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from funscribe.cli.arguments import chosen_recipe
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
    assert "there are: desktop, pi, rtx" in str(ran.exception)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A default recipe of the user's own."""
    monkeypatch.setenv("FUNSCRIBE_CONFIG_DIR", str(tmp_path))
    path = tmp_path / "recipe.toml"
    path.write_text("[run]\nworkers = 1\nthreads = 2\n[field]\ncells = 9\n", encoding="utf-8")
    return path


def test_the_own_default_is_in_force_and_told(own: Path, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["recipe", "show", "--json"])
    assert json.loads(ran.stdout)["field.cells"]["value"] == 9
    assert f"your default recipe is in force: {own}; workers = 1; threads = 2;" in ran.stderr
    other = tmp_path / "other.toml"
    other.write_text("")
    for words in (["--profile", "pi"], ["--recipe", str(other)]):
        ran = CliRunner().invoke(app, ["recipe", "show", "--json", *words])
        assert json.loads(ran.stdout)["field.cells"]["value"] == 16
        assert "in force" not in ran.stderr
    assert json.loads(_show("--json", "--set", "field.cells=7"))["field.cells"]["value"] == 7
    own.unlink()
    assert json.loads(_show("--json"))["field.cells"]["value"] == 16


def test_only_the_command_line_reads_it(own: Path) -> None:
    assert chosen_recipe(None, None) == Recipe()


def test_generate_starts_from_it(own: Path, clip: Path, tmp_path: Path) -> None:
    own.write_text("[script]\ninvert = true\n", encoding="utf-8")
    given = []
    for words in ([], ["--profile", "desktop"]):
        out = tmp_path / f"out{len(given)}"
        ran = CliRunner().invoke(app, ["generate", str(clip), "-o", str(out), *words])
        assert ran.exit_code == 0, ran.output
        given.append(json.loads((out / f"{clip.stem}.funscript").read_text())["actions"])
    assert given[0] != given[1]


def _tuned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from funscribe.bench.history import Run, Suit, save_run
    from funscribe.bench.machine import this_machine

    monkeypatch.setenv("FUNSCRIBE_BENCH_DIR", str(folder))
    margin = {"case": "a", "against": "b", "margin": 0.3, "why": "1.30 x as fast as the default"}
    suits = (
        Suit(setting="run.workers", value=2, **margin),  # type: ignore[arg-type]
        Suit(setting="run.threads", value=3, **margin),  # type: ignore[arg-type]
        Suit(setting="detect.batch", value=4, **margin),  # type: ignore[arg-type]
    )
    run = Run(id="20300101", at="2030", machine=this_machine(), made_by={}, rows=(), suits=suits)
    save_run(run, folder)


def test_tune_tells_and_changes_nothing(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tuned(tmp_path / "bench", monkeypatch)
    before = own.read_text(encoding="utf-8")
    ran = CliRunner().invoke(app, ["recipe", "tune"], env={"COLUMNS": "160"})
    assert ran.exit_code == 0, ran.output
    assert "1.30 x as fast as the default" in ran.stdout
    assert "--apply" in ran.stdout
    assert own.read_text(encoding="utf-8") == before


def test_tune_apply_keeps_what_else_was_chosen(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tuned(tmp_path / "bench", monkeypatch)
    ran = CliRunner().invoke(app, ["recipe", "tune", "--apply", "--json"])
    assert json.loads(ran.stdout)["applied"] == str(own)
    text = own.read_text(encoding="utf-8")
    assert "remove this file" in text
    for line in ("workers = 2", "threads = 3", "batch = 4", "cells = 9"):
        assert line in text.splitlines()
    assert "remove that file" in CliRunner().invoke(app, ["recipe", "tune", "--apply"]).stdout


def test_tune_without_a_run_says_what_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSCRIBE_BENCH_DIR", str(tmp_path))
    ran = CliRunner().invoke(app, ["recipe", "tune"])
    assert "bench run" in str(ran.exception)
