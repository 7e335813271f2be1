"""What can be done to a script once it is made: one small file each, and pipelines of them.

    parse("limit_speed(max_speed=300)")(script)            one step
    apply(script, parse_all(texts), start_s=60, end_s=90)  several, on a passage

To add a filter, write a function of a script and an options record, and register a `Filter` of both in the
entry-point group `funscribe.filters`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.script.filters.filter import Filter, FilterOptions
    from funscribe.script.filters.passage import apply
    from funscribe.script.filters.step import Step, filter_names, load_filter, parse, parse_all

__all__ = [
    "Filter",
    "FilterOptions",
    "Step",
    "apply",
    "filter_names",
    "load_filter",
    "parse",
    "parse_all",
]

__getattr__ = lazy(
    __name__,
    {
        "filter": ("Filter", "FilterOptions"),
        "passage": ("apply",),
        "step": ("Step", "filter_names", "load_filter", "parse", "parse_all"),
    },
)
