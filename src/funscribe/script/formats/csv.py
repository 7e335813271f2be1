"""Scripts as CSV: a line of `t_ms,pos` an action."""

from __future__ import annotations

import re
from typing import Any

from funscribe.errors import ScriptInvalid
from funscribe.records import Script
from funscribe.script.formats.reading import BOM, Parsed
from funscribe.script.repair import Repair, finite_number, positions_in_range, repaired_actions

_TIMES = ("t_ms", "at", "at_ms", "time_ms", "ms", "time", "t", "timestamp")
_POSITIONS = ("pos", "position", "value")
_AROUND = '" '
_SEPARATORS = re.compile(r"[,;\t]")


def encode_csv(script: Script) -> bytes:
    """The actions of a script as CSV with the header `t_ms,pos`; it has no place for anything else.

    Raises:
        ScriptInvalid: If the script has other axes.
    """
    if script.axes:
        names = ", ".join(script.axes)
        raise ScriptInvalid(f"CSV has no place for the axes {names}; choose a set of files")
    lines = (f"{at},{pos}\n" for at, pos in zip(script.at_ms.tolist(), script.pos.tolist(), strict=True))
    return ("t_ms,pos\n" + "".join(lines)).encode()


def parse_csv(data: bytes) -> Parsed:
    """Make a script of the bytes of a CSV file, and list what had to be repaired.

    Columns are separated by commas, semicolons or tabs. A header may name them (`t_ms` or `at`, and `pos`);
    without one the first two are times (ms) and positions. Actions are repaired as those of a funscript.

    Raises:
        ScriptInvalid: If it is no text, or no line holds a time and a position.
    """
    repairs: list[Repair] = []
    if data.startswith(BOM):
        data = data[len(BOM) :]
        repairs.append(Repair("byte-order-mark", "the file begins with a byte order mark"))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ScriptInvalid(f"is no text ({error}); a CSV of a script has lines of t_ms,pos") from error
    rows = [_SEPARATORS.split(line) for line in text.splitlines() if line.strip()]
    columns = _columns(rows[0]) if rows else None
    actions = [_action(row, columns or (0, 1)) for row in (rows[1:] if columns else rows)]
    at_ms, pos = repaired_actions(actions, repairs)
    if not len(at_ms) and (actions or columns is None):
        raise ScriptInvalid("has no line with a time and a position; a CSV of a script has lines of t_ms,pos")
    if len(at_ms) < 2:
        text = f"{len(at_ms)} action{'s' * (len(at_ms) != 1)}: players expect two or more"
        repairs.append(Repair("few-actions", text, severe=False))
    return Parsed(Script(at_ms, positions_in_range(pos, repairs)), repairs, "csv")


def _columns(first: list[str]) -> tuple[int, int] | None:
    """Where a header has the times and the positions; None if the line is none."""
    names = [cell.strip(_AROUND).lower() for cell in first]
    if not set(names) & {*_TIMES, *_POSITIONS}:
        return None
    times = next((names.index(name) for name in _TIMES if name in names), 0)
    return times, next((names.index(name) for name in _POSITIONS if name in names), times + 1)


def _action(row: list[str], columns: tuple[int, int]) -> dict[str, Any]:
    at, pos = (finite_number(row[c].strip(_AROUND)) if c < len(row) else None for c in columns)
    return {"at": at, "pos": pos}
