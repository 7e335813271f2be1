"""The results that the report is made of: one group of figures a row, as `benchmarks.json` holds them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from funscribe.bench.tables import Cell
from funscribe.errors import RunInvalid

ORDER = (
    "whole", "memory", "compose", "start", "scenes", "counts", "mot", "reference", "trackers", "sparse",
    "occlusion", "engine", "boxes", "int8", "model", "distractors", "axes", "filters", "formats", "queue",
    "scaling",
)  # fmt: skip
"""Rows in the order of the page; one that is not named here comes after them."""


class Figure(Struct, frozen=True, kw_only=True):
    """One figure: what was asked, what was reached.

    Attributes:
        what: What was measured.
        asked: The target, in words; empty where there is none.
        reached: The figure, in words.
        met: Whether the target is reached; None where there is none.
        value: The figure itself.
    """

    what: str
    asked: str
    reached: str
    met: bool | None
    value: float | None = None


class Detail(Struct, frozen=True, kw_only=True):
    """Single measurements: a table under a title; every row has a cell a column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Group(Struct, frozen=True, kw_only=True):
    """What one row of the benchmark found, or why it found nothing.

    Attributes:
        command: What measures it.
        made_by: Versions, commit and processor.
        how: What is measured, in a sentence or two.
        lines: Its figures.
        details: The single measurements behind them.
        why_not: Why it was not measured; empty where it was.
    """

    command: str
    made_by: dict[str, str | int]
    how: str = ""
    lines: tuple[Figure, ...] = ()
    details: tuple[Detail, ...] = ()
    why_not: str = ""


_FIGURE = re.compile(r"[-+≤≥ ]*\d[\d.,]*(?:e[-+]?\d+)?(?: ?%| \S{1,9})?")  # with a unit or without

Results = Mapping[str, Group]


def read_results(path: Path) -> dict[str, Group]:
    """Return the groups of a file of results, in the order of the page.

    Raises:
        RunInvalid: There is none, or it is damaged, or a figure in it is not finite.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, Group])
    except OSError as error:
        raise RunInvalid(f"{path} cannot be read: {error.strerror}; name another with --json") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(path, error) from error
    try:
        return checked(found)
    except ValueError as error:
        raise _damaged(path, error) from error


def results_of(values: Mapping[str, Any]) -> dict[str, Group]:
    """Return the groups of values as JSON holds them, in the order of the page.

    Raises:
        ValueError: A key is missing, something is of another type, or a figure is not finite.
    """
    return checked(msgspec.convert(dict(values), type=dict[str, Group]))


def checked(groups: Results) -> dict[str, Group]:
    """Return the groups in the order of the page.

    Raises:
        ValueError: A figure is not finite, or a row of a table is too long or too short.
    """
    for key, group in groups.items():
        for number, line in enumerate(group.lines):
            _finite([line.value], f"/{key}/lines/{number}")
        for index, table in enumerate(group.details):
            for number, row in enumerate(table.rows):
                where = f"/{key}/details/{index}/rows/{number}"
                _finite(row, where)
                if len(row) != len(table.columns):
                    raise ValueError(f"{where} has {len(row)} cells for {len(table.columns)} columns")
    known = [key for key in ORDER if key in groups]
    return {key: groups[key] for key in (*known, *(key for key in groups if key not in ORDER))}


def missing(groups: Results, order: Sequence[str] = ORDER) -> dict[str, str]:
    """Return the rows that were not measured, and why where that is known."""
    absent = {key: "" for key in order if key not in groups}
    return absent | {key: group.why_not for key, group in groups.items() if group.why_not}


def measured(groups: Results) -> dict[str, Group]:
    """Return the groups that hold figures."""
    return {key: group for key, group in groups.items() if not group.why_not}


def origin(made_by: Mapping[str, str | int]) -> str:
    """What made a group, in a line: version, commit, processor, libraries."""
    told = {"funscribe": "(unknown)", "commit": "(unknown)", "cpu": "an unknown processor", **made_by}
    versions = {k: v for k, v in made_by.items() if k not in ("funscribe", "commit", "cpu", "cores")}
    machine = f"{told['cpu']}, {told['cores']} cores" if "cores" in told else str(told["cpu"])
    libraries = ", ".join(f"{name} {value}" for name, value in versions.items())
    return f"Funscribe {told['funscribe']} at {told['commit']} on {machine}" + (
        f"; {libraries}." if libraries else "."
    )


def is_figure(cell: Cell) -> bool:
    """Whether a cell of a table is a number, or words that are one and its unit."""
    return bool(_FIGURE.fullmatch(cell)) if isinstance(cell, str) else cell is not None


def pointer(*words: str | int) -> str:
    """The JSON pointer of a path as it stands in an address (RFC 6901, section 6)."""
    return "".join("/" + quote(str(word).replace("~", "~0").replace("/", "~1"), safe="~") for word in words)


def _finite(cells: Iterable[Cell], where: str) -> None:
    for cell in cells:
        if isinstance(cell, float) and not math.isfinite(cell):
            raise ValueError(f"{where} holds {cell}, which is no figure")


def _damaged(path: Path, error: Exception) -> RunInvalid:
    return RunInvalid(f"{path} is damaged: {error}; measure it anew or restore it from version control")
