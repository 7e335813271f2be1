"""Turns a script upside down."""

from __future__ import annotations

from funscribe.records import Script
from funscribe.script.filters.filter import Filter, FilterOptions, with_positions


class InvertOptions(FilterOptions, frozen=True, kw_only=True):
    """There is nothing to choose."""


def invert(script: Script, options: InvertOptions) -> Script:
    """Turns the script upside down: 100 - position; twice is the script again (units)."""
    return with_positions(script, 100 - script.pos)


FILTER = Filter(invert, InvertOptions)
