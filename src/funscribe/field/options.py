"""Options of the field stage."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class FieldOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How finely the motion of the picture is measured."""

    size_px: Annotated[
        int, Meta(ge=64, le=1024, description="longer side of the small picture the flow is measured on (px)")
    ] = 256
    cells: Annotated[
        int, Meta(ge=4, le=64, description="cells of the field along the longer side (count)")
    ] = 16
