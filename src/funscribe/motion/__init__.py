"""The motion field of a whole clip becomes one position curve: `extract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy
from funscribe.motion.options import MotionOptions

if TYPE_CHECKING:
    from funscribe.motion.attention import background
    from funscribe.motion.axes import extract_axes
    from funscribe.motion.extraction import extract
    from funscribe.motion.roles import check_classes, unheeded

__all__ = ["MotionOptions", "background", "check_classes", "extract", "extract_axes", "unheeded"]

__getattr__ = lazy(
    __name__,
    {
        "attention": ("background",),
        "axes": ("extract_axes",),
        "extraction": ("extract",),
        "roles": ("check_classes", "unheeded"),
    },
)
