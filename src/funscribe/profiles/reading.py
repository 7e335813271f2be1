"""Profiles by their names."""

from __future__ import annotations

import difflib
import tomllib
from importlib.resources import files
from typing import Any

import msgspec

from funscribe.errors import RecipeInvalid
from funscribe.profiles.options import RunOptions
from funscribe.recipe import Recipe, from_dict


class Profile(msgspec.Struct, frozen=True):
    """Options that suit a kind of machine.

    Attributes:
        name: What it is asked for by.
        summary: The machine it is for.
        run: How the work is spread; scripts do not depend on it.
        recipe: The options of the stages.
    """

    name: str
    summary: str
    run: RunOptions
    recipe: Recipe


def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles, sorted."""
    folder = files("funscribe.profiles")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def read_profile(name: str) -> Profile:
    """Return the profile of a name.

    Raises:
        RecipeInvalid: There is none of that name.
    """
    known = profile_names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        raise RecipeInvalid(f"no profile is called {name!r}; {hint}there are: {', '.join(known)}")
    text = files("funscribe.profiles").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return profile_from(name, tomllib.loads(text))


def profile_from(name: str, values: dict[str, Any]) -> Profile:
    """Return the profile of nested plain values: `summary`, the table `run`, and the tables of a recipe.

    Raises:
        RecipeInvalid: An option is unknown, of the wrong type or out of range; the message has its path.
    """
    stages = {key: value for key, value in values.items() if key not in ("summary", "run")}
    try:
        run = msgspec.convert(values.get("run", {}), RunOptions)
        summary = msgspec.convert(values.get("summary", ""), str)
    except msgspec.ValidationError as error:
        raise RecipeInvalid(f"profile {name}, run: {error}") from error
    return Profile(name, summary, run, from_dict(stages))
