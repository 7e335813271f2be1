"""The motion field of a whole clip becomes one position curve: `extract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy
from funscribe.motion.options import MotionOptions

if TYPE_CHECKING:
    from funscribe.motion.extraction import extract

__all__ = ["MotionOptions", "extract"]

__getattr__ = lazy(__name__, {"extraction": ("extract",)})
