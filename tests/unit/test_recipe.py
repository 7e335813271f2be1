import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from funscribe.errors import RecipeInvalid
from funscribe.recipe import Recipe, change, from_dict, options, read_recipe, to_toml


def test_the_default_is_what_nothing_gives() -> None:
    assert from_dict({}) == Recipe() == change(Recipe(), [])


def test_a_recipe_goes_through_toml_unchanged(tmp_path: Path) -> None:
    recipe = change(Recipe(), ["video.segment_s=12.5", "script.invert=yes", "field.cells=9"])
    path = tmp_path / "r.toml"
    path.write_text(to_toml(recipe), encoding="utf-8")
    assert read_recipe(path) == recipe
    assert read_recipe(path).digest() == recipe.digest()


def test_toml_explains_every_option() -> None:
    text = to_toml(Recipe())
    assert tomllib.loads(text)
    for option in options(Recipe()):
        stage, name = option.path.split(".")
        assert f"[{stage}]" in text
        assert re.search(rf"^(# )?{name} = .+  # .+$", text, re.MULTILINE), option.path


def test_a_recipe_goes_through_json_unchanged() -> None:
    recipe = change(Recipe(), ["motion.window_s=6"])
    assert msgspec.json.decode(msgspec.json.encode(recipe), type=Recipe) == recipe


def test_every_option_says_what_it_is_and_its_unit() -> None:
    shown = list(options(change(Recipe(), ["field.cells=9"])))
    assert len({option.path for option in shown}) == len(shown)
    for option in shown:
        assert re.search(r"\(.+\)$", option.meaning), f"{option.path} names no unit"
        assert option.type in ("bool", "int", "float", "str", "literal", "passages", "words", "numbers")
        if option.type in ("int", "float"):
            assert option.bounds, f"{option.path} has no bounds"
    cells = next(option for option in shown if option.path == "field.cells")
    assert (cells.value, cells.default, cells.bounds) == (9, 16, "≥ 4, ≤ 64")


def test_every_difference_has_another_digest() -> None:
    digests = {Recipe().digest()}
    for option in options(Recipe()):
        value = {
            "bool": not option.value,
            "str": "other",
            "passages": "1-2,3-4.5",
            "words": "one,two",
            "numbers": "0.1,0.2,0.3,0.4",
        }.get(option.type)
        if option.type == "literal":
            value = next(word for word in option.bounds.split(" | ") if word != option.default)
        if value is None:
            numbers = [float(word) for word in re.findall(r"[\d.]+", option.bounds)]
            value = next(number for number in numbers if number != option.default)
            value = int(value) if option.type == "int" else value
        try:
            digests.add(change(Recipe(), [f"{option.path}={value}"]).digest())
        except RecipeInvalid:
            # gt, lt and rules between options keep a bound itself from being taken
            digests.add(option.path)
    assert len(digests) == 1 + len(list(options(Recipe())))


def test_only_what_is_seen_counts_for_a_trace() -> None:
    base = Recipe().watched_part()
    assert change(Recipe(), ["script.invert=yes", "motion.window_s=6"]).watched_part() == base
    assert change(Recipe(), ["field.cells=9"]).watched_part() != base
    assert change(Recipe(), ["video.segment_s=9"]).watched_part() != base


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("field.cels=9", "unknown option field.cels; did you mean field.cells?"),
        ("fields.cells=9", "unknown option fields.cells; did you mean field.cells?"),
        ("zzz=1", "unknown option zzz; see `funscribe recipe show`"),
        ("=1", "unknown option ; see `funscribe recipe show`"),
        ("field=1", "unknown option field"),
        ("field.cells", "'field.cells' is not of the form stage.option=value"),
        ("", "'' is not of the form stage.option=value"),
        ("field.cells=many", "option field.cells: expected a whole number, not 'many'"),
        ("field.cells=9.5", "option field.cells: expected a whole number, not '9.5'"),
        ("field.cells=", "option field.cells: expected a whole number, not ''"),
        ("field.cells=3", "option field.cells: expected `int` >= 4"),
        ("field.cells=65", "option field.cells: expected `int` <= 64"),
        ("video.segment_s=abc", "option video.segment_s: expected a number, not 'abc'"),
        ("video.segment_s=nan", "option video.segment_s: expected a number, not nan"),
        ("video.segment_s=inf", "option video.segment_s: expected a number, not inf"),
        ("video.segment_s=-1e999", "option video.segment_s: expected a number, not -inf"),
        ("script.invert=maybe", "option script.invert: expected yes or no, not 'maybe'"),
    ],
)
def test_a_wrong_setting_says_where_and_what(setting: str, said: str) -> None:
    with pytest.raises(RecipeInvalid, match=re.escape(said)) as caught:
        change(Recipe(), [setting])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("word", ["yes", "on", "true", "1", "TRUE"])
def test_words_for_yes(word: str) -> None:
    assert change(Recipe(), [f"script.invert={word}"]).script.invert is True


@pytest.mark.parametrize("word", ["no", "off", "false", "0"])
def test_words_for_no(word: str) -> None:
    assert change(Recipe(), ["script.invert=yes", f" script.invert = {word} "]).script.invert is False


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"nothing": {}}, "unknown option nothing"),
        ({"field": {"cels": 9}}, "unknown option field.cels; did you mean field.cells?"),
        ({"field": 3}, "option field: expected `object`, got `int`"),
        ({"field": {"cells": "9"}}, "option field.cells: expected `int`, got `str`"),
        ({"field": {"cells": True}}, "option field.cells: expected `int`, got `bool`"),
        ({"field": {"cells": 4.5}}, "option field.cells: expected `int`, got `float`"),
        ({"video": {"segment_s": float("nan")}}, "option video.segment_s: expected a number, not nan"),
        ({"script": {"range_low": 90, "range_high": 20}}, "option script: range_low must be less"),
    ],
)
def test_wrong_values_say_where_and_what(values: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeInvalid, match=re.escape(said)):
        from_dict(values)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[field]\ncels = 9\n", "unknown option field.cels"),
        (b"[field\n", "is not TOML"),
        (b"\xff\xfe\x00", "is not TOML"),
        (b"[video]\nsegment_s = nan\n", "expected a number, not nan"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeInvalid, match=said) as caught:
        read_recipe(path)
    assert str(path) in str(caught.value)


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(b"\xef\xbb\xbf[field]\ncells = 9\n")
    assert read_recipe(path).field.cells == 9


@pytest.mark.parametrize("name", ["missing.toml", ".", "nul\0l"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeInvalid, match=r"cannot be read|is not TOML"):
        read_recipe(tmp_path / name)


def test_a_recipe_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Recipe().field.cells = 9  # type: ignore[misc]


def test_filters_are_steps_whose_options_may_hold_commas(tmp_path: Path) -> None:
    recipe = change(Recipe(), ["script.filters=clamp(low=10, high=90), snap(beats_s=[1, 2.5]), invert"])
    assert recipe.script.filters == ("clamp(low=10, high=90)", "snap(beats_s=[1, 2.5])", "invert")
    path = tmp_path / "r.toml"
    path.write_text(to_toml(recipe), encoding="utf-8")
    assert read_recipe(path) == recipe
    with pytest.raises(
        RecipeInvalid, match="option script: there is no filter 'simplfy'; did you mean simplify"
    ):
        change(Recipe(), ["script.filters=simplfy"])
