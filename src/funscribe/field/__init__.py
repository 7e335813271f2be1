"""Frames become the coarse motion field: one mean velocity for each cell of a small grid.

`FlowMeter` watches frame by frame; `without_camera` takes the motion of the camera out of a whole trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.field.options import FieldOptions
from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.field.camera import camera_field, fit_camera, without_camera
    from funscribe.field.flow import FlowMeter, shrink

__all__ = ["FieldOptions", "FlowMeter", "camera_field", "fit_camera", "shrink", "without_camera"]

__getattr__ = lazy(
    __name__,
    {"camera": ("camera_field", "fit_camera", "without_camera"), "flow": ("FlowMeter", "shrink")},
)
