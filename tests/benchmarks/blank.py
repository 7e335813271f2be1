"""A task that does nothing, which workers find by the name of this module."""

from __future__ import annotations

from typing import Any


def blank(size: int, report: Any) -> bytes:
    """Return so many bytes."""
    return bytes(size)
