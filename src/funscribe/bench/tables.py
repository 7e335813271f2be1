"""Lines with targets and tables of figures, as plain text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a summary: what was asked, what was reached, and whether that is enough.

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


@dataclass(frozen=True, slots=True)
class Table:
    """The single measurements behind the lines, under a title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def at_most(what: str, limit: float, reached: float, form: str) -> Line:
    """The line of a figure that must not be larger than a limit."""
    return Line(what, "≤ " + form.format(limit), form.format(reached), reached <= limit, reached)


def at_least(what: str, limit: float, reached: float, form: str) -> Line:
    """The line of a figure that must not be smaller than a limit."""
    return Line(what, "≥ " + form.format(limit), form.format(reached), reached >= limit, reached)


def untargeted(what: str, reached: float, form: str) -> Line:
    """The line of a figure that nothing is asked of."""
    return Line(what, "", form.format(reached), None, reached)


def of_lines(lines: Iterable[Line], title: str = "Summary") -> Table:
    """The table of some lines; a verdict stands in its last column."""
    rows = tuple((line.what, line.asked, line.reached, verdict(line.met)) for line in lines)
    return Table(title, ("what", "asked", "reached", ""), rows)


def verdict(met: bool | None) -> str:
    """The word for a target: reached, missed, or nothing where there is none."""
    return "" if met is None else "reached" if met else "missed"


def markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table that ends with a line break."""
    lines = [columns, ["---"] * len(columns), *rows]
    return (
        "\n".join(
            "| " + " | ".join(_cell(cell, "").replace("|", r"\|") for cell in row) + " |" for row in lines
        )
        + "\n"
    )


def plain(table: Table) -> str:
    """A table as text in columns: the first to the left, numbers to the right."""
    cells = [[_cell(cell, "-") for cell in row] for row in (table.columns, *table.rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(table.columns))]
    numeric = [False] + [
        all(row[column] is None or isinstance(row[column], int | float) for row in table.rows)
        for column in range(1, len(table.columns))
    ]
    lines = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([table.title, *("  " + line for line in lines)]) + "\n"


def _cell(value: Any, missing: str) -> str:
    return missing if value is None else f"{value:g}" if isinstance(value, float) else str(value)
