"""How commands print what they found."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from funscribe.files import printable


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line of stdout; NaN and infinity are a ValueError, since JSON has none."""
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")


def print_figures(rows: Iterable[tuple[str, Any, str, str]]) -> None:
    """Print figures one a line: name, value in its format (- for None), and what it is."""
    for name, value, form, note in rows:
        text = "-" if value is None else form.format(value)
        sys.stdout.write(f"{name:<20}{text:>10}  {note}".rstrip() + "\n")


def complain(error: Exception) -> None:
    """Print an error as one line on stderr."""
    text = printable(" ".join(str(error).split()))
    sys.stderr.write(f"funscribe: {text}\n")
