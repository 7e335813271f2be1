"""A trace on disk: one atomic file a segment, found again by what it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.trace.digest import trace_key
    from funscribe.trace.part import Part, join_parts
    from funscribe.trace.store import TraceStore

__all__ = ["Part", "TraceStore", "join_parts", "trace_key"]

__getattr__ = lazy(
    __name__, {"part": ("Part", "join_parts"), "store": ("TraceStore",), "digest": ("trace_key",)}
)
