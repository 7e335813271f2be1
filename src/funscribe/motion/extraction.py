"""A trace becomes a motion signal: the stage's one public function.

The pipeline calls, in this order:

    camera = field.fit_camera(trace)                  # (T, 4) float32
    signal = motion.extract(trace, camera, options)   # MotionSignal at the times of the frames
"""

from __future__ import annotations

import numpy as np

from funscribe.motion.modes import strongest_mode
from funscribe.motion.normalise import normalise
from funscribe.motion.options import MotionOptions
from funscribe.motion.shots import split_shots
from funscribe.records import Array, MotionSignal, Trace

_RATE_HZ = 30.0


def extract(trace: Trace, camera: Array, options: MotionOptions) -> MotionSignal:
    """Return the motion of a whole clip as one curve.

    Args:
        trace: What was watched.
        camera: The camera's motion (T, 4), see `funscribe.field.camera`.
        options: How to extract.
    """
    position = np.full(len(trace), 0.5)
    confidence = np.zeros(len(trace))
    for shot in split_shots(trace.cut, options.cut_threshold):
        if shot.stop - shot.start < 2:
            continue
        field = _still_world(trace, camera, shot)
        curve, trust = _solve(trace.time_s[shot], field, options)
        position[shot], confidence[shot] = curve, trust
    return MotionSignal(trace.time_s, position, confidence)


def _still_world(trace: Trace, camera: Array, shot: slice) -> Array:
    """Return the field of a shot without the camera (n, C * 2), its first row (across the cut) zero."""
    from funscribe.motion.similarity import similarity_basis

    grid = (trace.field.shape[1], trace.field.shape[2])
    field = trace.field[shot].astype(np.float32).reshape(shot.stop - shot.start, -1)
    field -= camera[shot] @ similarity_basis(grid)
    field[0] = 0
    return field


def _solve(time_s: Array, field: Array, options: MotionOptions) -> tuple[Array, Array]:
    """Return position and confidence of one shot."""
    steps = np.diff(time_s, prepend=time_s[0])
    path = np.cumsum(field * steps[:, None].astype(np.float32), axis=0, dtype=np.float64)
    count = max(2, round((time_s[-1] - time_s[0]) * _RATE_HZ) + 1)
    even_s = np.linspace(time_s[0], time_s[-1], count)
    at = np.searchsorted(time_s, even_s, side="right").clip(1, len(time_s) - 1)
    part = ((even_s - time_s[at - 1]) / (time_s[at] - time_s[at - 1]))[:, None]
    even = (path[at - 1] * (1 - part) + path[at] * part).astype(np.float32)
    rate_hz = (count - 1) / (time_s[-1] - time_s[0])
    curve, trust = strongest_mode(even, rate_hz, options)
    curve = normalise(curve, rate_hz, options.depth_window_s)
    return np.interp(time_s, even_s, curve).clip(0, 1), np.interp(time_s, even_s, trust).clip(0, 1)
