"""How a run is spread over a machine."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class RunOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes how long a run takes and how much memory, and never what it makes.

    That is why it is no part of a recipe, whose digest tells scripts apart.
    """

    workers: Annotated[
        int, Meta(ge=0, le=1024, description="processes side by side; 0 for what fills the cores (count)")
    ] = 0
    threads: Annotated[
        int,
        Meta(
            ge=0, le=1024, description="decoder threads of each process; 0 for what fills the cores (count)"
        ),
    ] = 0
