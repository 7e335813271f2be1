"""Named ways to play the same motion: each a pipeline of filters on the one script that was made."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters import apply, parse_all


@dataclass(frozen=True, slots=True)
class Variant:
    """A named pipeline.

    Attributes:
        name: What it is called, also in the names of files.
        meaning: What it does, in a line.
        filters: Its steps in order, as texts.
    """

    name: str
    meaning: str
    filters: tuple[str, ...]


VARIANTS = (
    Variant(
        "soft",
        "shallower and slower: the middle of the range, at most 200 units/s",
        ("simplify(tolerance=3)", "scale(low=20, high=80)", "limit_speed(max_speed=200)"),
    ),
    Variant(
        "full",
        "each passage fills half of the range that it left free, at most 400 units/s",
        ("fill_range(strength=0.5)", "limit_speed(max_speed=400)"),
    ),
    Variant(
        "intense",
        "deep strokes throughout, at most 550 units/s",
        ("amplify_locally(strength=0.8)", "fill_range", "limit_speed(max_speed=550)"),
    ),
)


def find_variants(names: Iterable[str]) -> tuple[Variant, ...]:
    """The variants of some names, in their order and each once.

    Raises:
        FilterInvalid: One has no such name.
    """
    known = {variant.name: variant for variant in VARIANTS}
    wanted = dict.fromkeys(names)
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
            raise FilterInvalid(f"there is no variant {name!r}; {hint}")
    return tuple(known[name] for name in wanted)


def make_variant(script: Script, variant: Variant) -> Script:
    """The script as a variant plays it."""
    return apply(script, parse_all(variant.filters))
