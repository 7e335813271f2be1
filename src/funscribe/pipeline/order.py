"""An order: one video that is to become a script, and everything that decides what is written."""

from __future__ import annotations

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
