"""Profiles are read, and what they say of a run stays out of the recipe."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from funscribe.errors import RecipeInvalid
from funscribe.profiles import RunOptions, profile_names, read_profile
from funscribe.profiles.reading import profile_from
from funscribe.recipe import Recipe, change


def test_profiles_are_found_by_name() -> None:
    assert profile_names() == ("desktop", "pi", "rtx")
    for name in profile_names():
        profile = read_profile(name)
        assert profile.name == name
        assert profile.summary


def test_pi_takes_one_worker_the_processor_and_small_pictures() -> None:
    pi = read_profile("pi")
    assert pi.run == RunOptions(workers=1)
    assert (pi.recipe.detect.device, pi.recipe.detect.size_px, pi.recipe.detect.streams) == ("cpu", 320, 1)
    assert msgspec.structs.replace(pi.recipe, detect=Recipe().detect) == Recipe()


def test_rtx_asks_for_the_card_and_never_takes_another_device() -> None:
    rtx = read_profile("rtx")
    assert rtx.run == RunOptions()
    assert (rtx.recipe.detect.engine, rtx.recipe.detect.device) == ("onnxruntime", "cuda")
    assert msgspec.structs.replace(rtx.recipe, detect=Recipe().detect) == Recipe()


def test_each_says_what_it_was_measured_on_or_that_it_was_not() -> None:
    for name in profile_names():
        text = files("funscribe.profiles").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        assert "measured on" in text.partition("summary")[0].lower(), name


def test_desktop_is_a_run_without_a_profile() -> None:
    desktop = read_profile("desktop")
    assert (desktop.run, desktop.recipe) == (RunOptions(), Recipe())


def test_how_the_work_is_spread_changes_no_recipe() -> None:
    one, many = (profile_from("x", {"run": {"workers": count, "threads": count}}) for count in (1, 8))
    assert one.recipe.digest() == many.recipe.digest() == Recipe().digest()
    assert one.recipe.watched_part() == many.recipe.watched_part()


@pytest.mark.parametrize("name", ["pie", "PI", "", "../pi", "pi.toml", "pi\0"])
def test_an_unknown_name_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(RecipeInvalid, match="there are: desktop, pi, rtx"):
        read_profile(name)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"run": {"workers": -1}}, "run"),
        ({"run": {"threads": -1}}, "run"),
        ({"run": {"threads": 1025}}, "run"),
        ({"run": {"worker": 1}}, "worker"),
        ({"run": {"workers": "all"}}, "int"),
        ({"run": 3}, "run"),
        ({"summary": 3}, "str"),
        ({"detekt": {"size_px": 320}}, "did you mean detect"),
        ({"detect": {"size_px": 1e99}}, "detect.size_px"),
    ],
)
def test_a_wrong_profile_is_refused_with_the_option(values: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeInvalid, match=told):
        profile_from("x", values)


def test_files_name_only_what_they_change_or_mean_to_say() -> None:
    folder = files("funscribe.profiles")
    for name in profile_names():
        values = tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
        assert set(values) <= {"summary", "run", "detect"}
    assert change(read_profile("pi").recipe, ["detect.size_px=0"]).detect.size_px == 0
