"""An order: one video that is to become a script, and everything that decides what is written."""

from __future__ import annotations

from pathlib import Path

import msgspec

from funscribe.recipe import Recipe


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a user asks for of one video.

    Attributes:
        video: The file, or an fsspec URL.
        script: Where the script goes.
        recipe: The options.
        variants: Names of the variants that are written as well.
        overwrite: Replace scripts that exist.
    """

    video: str
    script: str
    recipe: Recipe = Recipe()
    variants: tuple[str, ...] = ()
    overwrite: bool = False


def placed(recipe: Recipe) -> Recipe:
    """Return a recipe that means the same in every folder: the files that it names have absolute paths."""
    detect = recipe.detect
    found = {
        name: absolute(value)
        for name in ("model", "classes", "embedder")
        if (value := getattr(detect, name)) and _is_file(value)  # others are names of the store
    }
    if not found:
        return recipe
    return msgspec.structs.replace(recipe, detect=msgspec.structs.replace(detect, **found))


def absolute(path: str) -> str:
    """Return the absolute form of a path; a URL stays as it is."""
    return path if "://" in path else str(Path(path).absolute())


def _is_file(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # too long, or no name that a file can have
        return False
