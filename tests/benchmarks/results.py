"""Results of a benchmark, kept as JSON: one group of lines a key, so that runs can be merged."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from funscribe.bench.tables import Line, Table


@dataclass(frozen=True, slots=True)
class Group:
    """What one benchmark found.

    Attributes:
        how: What is measured, in a sentence or two.
        lines: Its lines of the table.
        details: The single measurements.
    """

    how: str
    lines: tuple[Line, ...]
    details: tuple[Table, ...] = ()


def merge(path: Path, key: str, command: str, made_by: dict[str, Any], group: Group) -> None:
    """Put a group into a JSON file in the place of an older one of the same key."""
    _put(path, key, {"command": command, "made_by": made_by, **asdict(group)})


def miss(path: Path, key: str, command: str, made_by: dict[str, Any], why: str) -> None:
    """Keep why a group could not be measured, unless figures of it are held."""
    held = read(path).get(key)
    if held is None or held.get("why_not"):
        _put(path, key, {"command": command, "made_by": made_by, "why_not": why})


def _put(path: Path, key: str, group: dict[str, Any]) -> None:
    held = read(path)
    held[key] = group
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    half.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    half.replace(path)


def read(path: Path) -> dict[str, Any]:
    """Return the groups of a JSON file, none where there is no file."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
