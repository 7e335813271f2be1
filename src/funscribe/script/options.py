"""How a script is made of a motion signal."""

from __future__ import annotations

from typing import Annotated

import msgspec


class ScriptOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a script is made of a motion signal."""

    tolerance: Annotated[
        float,
        msgspec.Meta(ge=1, le=20, description="farthest that the script may be from the motion (units)"),
    ] = 2.0
    max_speed: Annotated[
        float,
        msgspec.Meta(
            ge=0, le=10_000, description="fastest motion the device makes, 0 for no limit (units/s)"
        ),
    ] = 400.0
    min_interval_ms: Annotated[
        int,
        msgspec.Meta(ge=0, le=1000, description="least time between two actions, 0 for no limit (ms)"),
    ] = 40
    invert: Annotated[
        bool,
        msgspec.Meta(description="turn the script upside down (yes or no)"),
    ] = False
    invert_passages: Annotated[
        tuple[tuple[float, float], ...],
        msgspec.Meta(description="passages turned upside down by themselves, START-END,... (s)"),
    ] = ()
    range_low: Annotated[
        int,
        msgspec.Meta(ge=0, le=99, description="position of the lowest point (units)"),
    ] = 0
    range_high: Annotated[
        int,
        msgspec.Meta(ge=1, le=100, description="position of the highest point (units)"),
    ] = 100

    filters: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="filters of the script, in order: simplify(tolerance=3),... (steps)"),
    ] = ()

    def __post_init__(self) -> None:
        for start_s, end_s in self.invert_passages:
            if not 0 <= start_s < end_s:
                raise ValueError(f"a passage must start before it ends, not {start_s:g}-{end_s:g} s")
        if self.range_low >= self.range_high:
            raise ValueError(
                f"range_low must be less than range_high, not {self.range_low} and {self.range_high} units"
            )
        if self.filters:
            # Filters load arrays, which recipes do without as long as none is asked for.
            from funscribe.script.filters import parse_all

            parse_all(self.filters)


class AxisRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an axis that nobody measured is made of the stroke."""

    delay: Annotated[
        float, msgspec.Meta(ge=0, le=0.5, description="how much later than the stroke it is (cycles)")
    ] = 0.25
    share: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="how far it goes, as part of the stroke (ratio)")
    ] = 0.4
    invert: Annotated[bool, msgspec.Meta(description="go down where the stroke goes up (yes or no)")] = False
