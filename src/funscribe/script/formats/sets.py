"""Sets of files: NAME.funscript for the stroke, and NAME.roll.funscript and so on for each other axis."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from funscribe.errors import ScriptInvalid
from funscribe.records import Script
from funscribe.script.axes import AXES, RAW, STROKE, axis_code, axis_named, axis_suffixes
from funscribe.script.formats.reading import same_actions
from funscribe.script.repair import Repair


@dataclass(frozen=True, slots=True)
class SetOfFiles:
    """Where the axes of a script lie.

    Attributes:
        main: The file of the stroke, which may not be there.
        axes: The files of the other axes by the axis's name, in the order of T-code.
        ignored: Files that spell an axis in a second way.
    """

    main: Path
    axes: Mapping[str, Path]
    ignored: tuple[Path, ...] = ()


def split_name(path: Path) -> tuple[Path, str | None]:
    """The file of the stroke that belongs to `path`, and the axis that the name of `path` tells, if any.

    `a/x.roll.funscript` is the roll of `a/x.funscript`; `x.R1.funscript` too.
    """
    stem, dot, word = path.name.removesuffix(path.suffix).rpartition(".")
    name = RAW if word.lower() == RAW else axis_named(word)
    if not dot or not stem or name is None:
        return path, None
    return path.with_name(stem + path.suffix), name


def axis_path(main: Path, name: str, codes: bool = False) -> Path:
    """The file of an axis beside the stroke's.

    Args:
        main: The file of the stroke.
        name: The axis.
        codes: Name the file by T-code (`x.R1.funscript`), not by name (`x.roll.funscript`).

    Raises:
        ScriptInvalid: If no reader knows files of such an axis.
    """
    code = axis_code(name)
    if code is None and name != RAW:
        raise ScriptInvalid(f"{main}: no file name stands for the axis {name!r}; choose version 2.0")
    word = code if codes and code else name
    return main.with_name(f"{main.stem}.{word}{main.suffix}")


def find_set(path: Path) -> SetOfFiles:
    """The files that belong together with `path`, which may be the stroke's or another axis's.

    Raises:
        ScriptInvalid: If the folder cannot be read.
    """
    main = path
    found, ignored = _files_of(path)
    if not found:
        # Only now, for a name may end like an axis without meaning it ("step.up").
        main = split_name(path)[0]
        found, ignored = _files_of(main)
    if not main.is_file():
        # A stroke that is called so is the stroke itself; else a raw recording is better than nothing.
        named = next((name for name in (STROKE, RAW) if name in found), None)
        main = found.pop(named) if named else main
    return SetOfFiles(main, found, tuple(ignored))


def _files_of(main: Path) -> tuple[dict[str, Path], list[Path]]:
    """The files of the other axes beside a stroke's, and those that spell an axis in a second way."""
    begin, end = f"{main.stem}.", main.suffix.lower()
    try:
        entries = [entry for entry in os.scandir(main.parent) if entry.is_file()]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScriptInvalid(f"{main.parent} cannot be read ({reason}); name a file in a folder") from error
    there = {
        entry.name[len(begin) :].lower(): Path(entry.path)
        for entry in sorted(entries, key=lambda entry: entry.name)
        if entry.name.startswith(begin)
    }
    found: dict[str, Path] = {}
    ignored: list[Path] = []
    for name in (*(axis.name for axis in AXES), RAW):
        files = [there[word + end] for word in axis_suffixes(name) if word + end in there]
        ignored += files[1:]
        if files:
            found[name] = files[0]
    return found, ignored


def join_axes(main: Script, axes: Mapping[str, Script], repairs: list[Repair]) -> Script:
    """The script of the stroke with other axes that lay in files of their own.

    Metadata that only repeat the stroke's are left out, as is a second stroke that is the same.
    """
    joined = dict(main.axes)
    for name, axis in axes.items():
        if axis.axes:
            repairs.append(Repair("axis", f"{name}: its file holds axes too, which are left out"))
        if name in joined:
            repairs.append(Repair("axis", f"{name}: in the file of the stroke too; its own file stands"))
        if name == STROKE and same_actions(axis, main):
            continue
        own = replace(axis, axes={})
        if own.metadata == main.metadata:
            own = replace(own, metadata={}, chapters=(), bookmarks=())
        joined[name] = own
    return replace(main, axes=joined)


def parts_of_set(script: Script, main: Path, codes: bool = False) -> dict[Path, Script]:
    """The files of a set and what each holds: first the stroke, then the other axes.

    An axis without metadata of its own is given the stroke's.

    Raises:
        ScriptInvalid: If no file name stands for an axis.
    """
    parts = {main: replace(script, axes={})}
    for name, axis in script.axes.items():
        own = axis
        if not axis.metadata and not axis.chapters:
            own = replace(
                axis, metadata=script.metadata, chapters=script.chapters, bookmarks=script.bookmarks
            )
        parts[axis_path(main, name, codes)] = own
    return parts
