"""Frames become the coarse motion field: one mean velocity for each cell of a small grid.

`FlowMeter` watches frame by frame; `without_camera` takes the motion of the camera out of a whole trace.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from funscribe.field.options import FieldOptions

if TYPE_CHECKING:
    from funscribe.field.camera import camera_field, fit_camera, without_camera
    from funscribe.field.flow import FlowMeter, shrink

__all__ = ["FieldOptions", "FlowMeter", "camera_field", "fit_camera", "shrink", "without_camera"]

_HOME = {
    "FlowMeter": "flow",
    "camera_field": "camera",
    "fit_camera": "camera",
    "shrink": "flow",
    "without_camera": "camera",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"funscribe.field.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
