"""Frames become detections: a model of the user's choice finds boxes.

`open_detector` loads a model and looks at pictures; `open_engine` only runs one, tensors in and tensors out;
`find_head` tells what its outputs mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.detect.options import DetectOptions
from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.detect.classes import class_ids
    from funscribe.detect.detector import Detector, Sought, open_detector
    from funscribe.detect.engine import Engine, TensorSpec, open_engine
    from funscribe.detect.heads import Head, find_head

__all__ = [
    "DetectOptions",
    "Detector",
    "Engine",
    "Head",
    "Sought",
    "TensorSpec",
    "class_ids",
    "find_head",
    "open_detector",
    "open_engine",
]

__getattr__ = lazy(
    __name__,
    {
        "classes": ("class_ids",),
        "detector": ("Detector", "Sought", "open_detector"),
        "engine": ("Engine", "TensorSpec", "open_engine"),
        "heads": ("Head", "find_head"),
    },
)
