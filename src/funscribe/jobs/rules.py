"""Rules by folder: a `funscribe.toml` in a folder says what becomes of the videos in it and below."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from funscribe.errors import RecipeInvalid
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe, from_dict

FILE = "funscribe.toml"
_FILES = ("model", "classes", "embedder")  # options that may name a file beside the rules


class BatchRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the `[batch]` table of a folder's file says; None where it says nothing."""

    priority: Annotated[int, Meta(description="larger ones are begun first (number)")] | None = None
    variants: (
        Annotated[
            tuple[Literal["soft", "full", "intense"], ...],
            Meta(description="variants that are written as well (names)"),
        ]
        | None
    ) = None
    overwrite: Annotated[bool, Meta(description="replace scripts that exist (yes or no)")] | None = None
    output: (
        Annotated[str, Meta(min_length=1, description="where scripts go, from this folder (folder)")] | None
    ) = None
    ignore: Annotated[
        bool | tuple[str, ...],
        Meta(description="leave out all videos, or some (yes, no, patterns)"),
    ] = False


_SILENT = BatchRules()


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for the videos of a folder.

    Attributes:
        recipe: The options; None where no file says them.
        batch: What it says beside them.
        folder: The folder of the file; None where there is none.
    """

    recipe: Recipe | None = None
    batch: BatchRules = _SILENT
    folder: Path | None = None

    def ignores(self, video: Path) -> bool:
        """Tell whether a video is to be left out; patterns are of its name, or of its path from the file."""
        ignore = self.batch.ignore
        if isinstance(ignore, bool) or self.folder is None:
            return ignore is True
        inside = video.relative_to(self.folder).as_posix()
        return any(fnmatchcase(inside, pattern) or fnmatchcase(video.name, pattern) for pattern in ignore)

    def script(self, video: Path) -> Path | None:
        """Return the script of a video where the rules say it; sub-folders are kept below their folder."""
        if self.batch.output is None or self.folder is None:
            return None
        home = self.folder / self.batch.output / video.parent.relative_to(self.folder)
        return Path(os.path.normpath(home / f"{video.stem}.funscript"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks for of all videos of a folder; None leaves it to the rules.

    Attributes:
        output: Where the scripts go.
        priority: Larger ones are begun first.
        variants: Variants that are written as well.
        overwrite: Replace scripts that exist.
    """

    output: Path | None = None
    priority: int | None = None
    variants: tuple[str, ...] | None = None
    overwrite: bool | None = None


class Rulebook:
    """The rules of folders; a file is read again only when it has changed."""

    def __init__(self) -> None:
        self._read: dict[Path, tuple[tuple[int, ...], Rules | RecipeInvalid]] = {}

    def rules_for(self, video: Path, root: Path) -> Rules:
        """Return the rules of the nearest file upward, from the folder of a video to the root.

        Raises:
            RecipeInvalid: That file cannot be read, or says what makes no sense; the message has its path.
        """
        file = self.file_for(video, root)
        rules = Rules() if file is None else self._of(file)
        if isinstance(rules, RecipeInvalid):
            raise rules
        return rules

    def file_for(self, video: Path, root: Path) -> Path | None:
        """Return the file that holds for a video, None where there is none."""
        folder = video.parent
        while not os.path.lexists(folder / FILE):
            if folder in (root, folder.parent):
                return None
            folder = folder.parent
        return folder / FILE

    def _of(self, path: Path) -> Rules | RecipeInvalid:
        try:
            found = path.stat()
        except OSError as error:
            return RecipeInvalid(f"{path} cannot be read: {error.strerror}; check its permissions")
        stamp = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, _attempt(path))
        return known[1]


def rules_for(video: Path, root: Path) -> Rules:
    """Return what holds for a video in a folder that is named or watched; see `Rulebook.rules_for`."""
    return Rulebook().rules_for(video, root)


def order_of(video: Path, root: Path, rules: Rules, asked: Asked) -> tuple[Order, int]:
    """Return the order of a video, and its priority: what is asked for goes before the rules.

    Args:
        video: The file, below the root.
        root: The folder that was named.
        rules: Those of the video.
        asked: What the command line says.
    """
    batch = rules.batch
    if asked.output is not None:
        script = asked.output / video.parent.relative_to(root) / f"{video.stem}.funscript"
    else:
        script = rules.script(video) or video.with_name(f"{video.stem}.funscript")
    order = Order(
        video=str(video.absolute()),
        script=str(script.absolute()),
        recipe=rules.recipe or Recipe(),
        variants=_first(asked.variants, batch.variants, ()),
        overwrite=_first(asked.overwrite, batch.overwrite, False),
    )
    return order, _first(asked.priority, batch.priority, 0)


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _attempt(path: Path) -> Rules | RecipeInvalid:
    try:
        return read_rules(path)
    except RecipeInvalid as error:
        return error


def read_rules(path: Path) -> Rules:
    """Read the rules of a folder: a recipe, and a table `[batch]` that says what is none of its options.

    Raises:
        RecipeInvalid: The file cannot be read, or an option is unknown, of the wrong type or out of range.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RecipeInvalid(f"{path} cannot be read: {error.strerror}; check its permissions") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise RecipeInvalid(f"{path} is not TOML: {error}") from error
    batch = values.pop("batch", {})
    try:
        return Rules(_placed(from_dict(values), path.parent), _batch(batch), path.parent)
    except RecipeInvalid as error:
        raise RecipeInvalid(f"{path}: {error}") from error


def _batch(values: Any) -> BatchRules:
    if not isinstance(values, dict):
        raise RecipeInvalid("option batch: expected a table, [batch] and its options below")
    known = [field.name for field in msgspec.structs.fields(BatchRules)]
    for name in values:
        if name not in known:
            raise RecipeInvalid(f"unknown option batch.{name}; there are {', '.join(known)}")
    try:
        return msgspec.convert(values, BatchRules)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).replace(" | null", "").partition(" - at `$.")
        raise RecipeInvalid(f"option batch.{place.rstrip('`')}: {reason[:1].lower()}{reason[1:]}") from error


def _placed(recipe: Recipe, folder: Path) -> Recipe:
    """Return a recipe in which files that lie beside the rules have their whole path."""
    named = {name: getattr(recipe.detect, name) for name in _FILES}
    found = {name: str((folder / text).absolute()) for name, text in named.items() if _beside(folder, text)}
    if not found:
        return recipe
    return msgspec.structs.replace(recipe, detect=msgspec.structs.replace(recipe.detect, **found))


def _beside(folder: Path, text: str) -> bool:
    try:
        return bool(text) and (folder / text).exists()
    except (OSError, ValueError):
        return False
