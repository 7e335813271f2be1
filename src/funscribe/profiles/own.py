"""The user's own default recipe: a profile in their folder of settings, read by the command line alone."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from funscribe.errors import RecipeInvalid
from funscribe.files import write_atomically
from funscribe.profiles.reading import Profile, profile_from
from funscribe.recipe import Recipe

CONFIG_VARIABLE = "FUNSCRIBE_CONFIG_DIR"
FILE_NAME = "recipe.toml"


def own_path() -> Path:
    """Where the user's default recipe lies, if there is one; FUNSCRIBE_CONFIG_DIR names another folder."""
    told = os.environ.get(CONFIG_VARIABLE)
    if told:
        return Path(told) / FILE_NAME
    from platformdirs import user_config_path

    return user_config_path("funscribe", appauthor=False) / FILE_NAME


def read_own() -> Profile | None:
    """Return the user's default recipe and how a run is spread; None where there is none.

    Raises:
        RecipeInvalid: It cannot be read, or an option is unknown or out of range; the message has the file.
    """
    path = own_path()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeInvalid(f"{path}, your default recipe, cannot be read: {error}; remove it") from error
    try:
        return profile_from("default", tomllib.loads(text))
    except (RecipeInvalid, tomllib.TOMLDecodeError) as error:
        raise RecipeInvalid(f"{path}, your default recipe: {error}; mend or remove it") from error


def write_own(profile: Profile, head: str = "") -> Path:
    """Write the user's default recipe: only what differs from the defaults; return its path.

    Args:
        profile: Its summary, run and recipe; the name is of no account.
        head: Lines of a comment before it.

    Raises:
        OutputNotWritable: It cannot be written.
    """
    from funscribe.files import not_writable

    path = own_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(path, error) from error
    write_atomically(path, to_toml(profile, head).encode())
    return path


def to_toml(profile: Profile, head: str = "") -> str:
    """Return a profile as TOML, with what differs from the defaults."""
    lines = [f"# {line}" for line in head.splitlines()]
    lines.append(f"summary = {_value(profile.summary)}")
    tables = {"run": (profile.run, type(profile.run)())}
    for stage in msgspec.structs.fields(Recipe):
        tables[stage.name] = (getattr(profile.recipe, stage.name), getattr(Recipe(), stage.name))
    for name, (record, plain) in tables.items():
        changed = {
            option.name: getattr(record, option.name)
            for option in msgspec.structs.fields(record)
            if getattr(record, option.name) != getattr(plain, option.name)
        }
        if changed:
            lines += ["", f"[{name}]", *(f"{option} = {_value(value)}" for option, value in changed.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return msgspec.json.encode(value).decode()  # of plain values TOML and JSON are alike
