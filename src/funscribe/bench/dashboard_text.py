"""Words, links and tables as HTML: whatever is put in comes out as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from msgspec import Struct


class Html(Struct, frozen=True):
    """Markup that is taken over as it is; everything else is escaped."""

    markup: str


def safe(words: str) -> str:
    """Words whose parts that are no text, such as bytes of a file name, are told as such."""
    return words.encode("utf-8", "replace").decode()


def text(words: object) -> str:
    """Words as HTML text, quotation marks too."""
    return escape(safe(str(words)))


def prose(words: str) -> Html:
    """Words in which `code` stands between backticks."""
    return Html(re.sub(r"`([^`]+)`", r"<code>\1</code>", text(words)))


def link(pointer: str, words: str) -> Html:
    """A figure that opens its JSON."""
    return Html(f'<a href="#{text(pointer)}">{text(words)}</a>')


def table(
    columns: Sequence[str],
    rows: Iterable[tuple[str, Sequence[str | Html]]],
    figures: Sequence[int] = (),
) -> str:
    """An HTML table.

    Args:
        columns: Their names.
        rows: The id of each, which may be empty, and its cells.
        figures: Numbers of the columns that hold figures.
    """
    side = [' class="figure"' if number in figures else "" for number in range(len(columns))]
    head = "".join(f"<th{kind}>{text(name)}</th>" for name, kind in zip(columns, side, strict=True))
    lines = []
    for ident, cells in rows:
        named = f' id="{text(ident)}"' if ident else ""
        inner = "".join(f"<td{kind}>{_inner(cell)}</td>" for cell, kind in zip(cells, side, strict=True))
        lines.append(f"<tr{named}>{inner}</tr>")
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<div class="scroll"><table>{body}</table></div>'


def _inner(cell: str | Html) -> str:
    return cell.markup if isinstance(cell, Html) else text(cell)
