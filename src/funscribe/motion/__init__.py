"""The motion field of a whole clip becomes one position curve: `extract`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from funscribe.motion.options import MotionOptions

if TYPE_CHECKING:
    from funscribe.motion.extraction import extract

__all__ = ["MotionOptions", "extract"]


def __getattr__(name: str) -> Any:
    if name == "extract":
        from funscribe.motion.extraction import extract

        return extract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
