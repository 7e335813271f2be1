"""The other axes: what the thing that strokes does beside the stroke, in the picture plane and in depth.

Along the stroke lies the stroke; across it is sway, growth is surge, a turn in the picture plane is roll.
Pitch and twist turn a thing out of the plane of the picture: to first order its flat picture does not change
then, so nothing is said about them.

What is a function of where the stroke is, such as the arc of a swing, is part of the stroke and no axis of
its own. Positions are proportional to the true motion and never blown up:

    roll    60 degrees are the whole range
    sway    as far as the stroke goes is the whole range; 0.3 picture heights where the stroke is in depth
    surge   twice the size is the whole range

1 is clockwise, to the right (or up where the stroke lies across), and away. The flow is blurred at the rim of
a thing, so roll and surge come out about a quarter too small.
"""

from __future__ import annotations

import numpy as np

from funscribe.motion.beside import SEEN, measure, regularity
from funscribe.motion.even import RATE_HZ
from funscribe.motion.extraction import Followed, check_tracks, follow_shot, stroke_of
from funscribe.motion.options import MotionOptions
from funscribe.motion.rigid import fit_rigid
from funscribe.motion.shots import split_shots
from funscribe.records import Array, MotionSignal, Trace, Tracks

STROKE = "stroke"
UNSEEN = ("pitch", "twist")
"""Axes of which a flat picture shows nothing: they are held half way, with confidence 0."""

_SHORTEST_S = 4.0  # of strokes: in less, nothing tells an axis from chance
_FAINT, _PLAIN = 0.06, 0.12  # size, as part of all that the thing does, up to which there is nothing, and all
_NOISY, _CLEAR = 1.5, 3.0  # size, as a multiple of the noise, of the same kind
_CHANCE, _REGULAR = 0.5, 0.7  # periodicity of the same kind


def extract_axes(
    trace: Trace, camera: Array, options: MotionOptions, tracks: Tracks | None = None
) -> tuple[MotionSignal, ...]:
    """Return the motion of a whole clip along each axis that the options name, in their order.

    The stroke is that of `funscribe.motion.extract`. An axis along which nothing moves, or nothing can be
    seen, is held half way with confidence 0; so is every axis but the stroke where the stroke rests.

    Args:
        trace: What was watched.
        camera: The camera's motion (T, 4), see `funscribe.field.camera.fit_camera`.
        options: How to extract, and which axes.
        tracks: What was tracked in it.

    Raises:
        ClassUnknown: There are tracks, and no class of the name of a role.
        ValueError: The tracks are of another clip.
    """
    check_tracks(trace, options, tracks)
    position = {axis: np.full(len(trace), 0.5) for axis in options.axes}
    trust = {axis: np.zeros(len(trace)) for axis in options.axes}
    held = 0.5
    for shot in split_shots(trace.cut, options.cut_threshold):
        followed = follow_shot(trace, camera, shot, options, tracks)
        if followed is None:
            position[STROKE][shot] = held
            continue
        found = {STROKE: stroke_of(trace, followed, options)}
        held = float(found[STROKE][0][-1])
        if not set(SEEN).isdisjoint(options.axes):
            found |= _beside(
                trace, followed, np.interp(followed.even_s, trace.time_s[shot], found[STROKE][1])
            )
        for axis in set(found) & set(options.axes):
            position[axis][shot], trust[axis][shot] = found[axis]
    return tuple(MotionSignal(trace.time_s, position[axis], trust[axis], axis) for axis in options.axes)


def _beside(trace: Trace, followed: Followed, trust: Array) -> dict[str, tuple[Array, Array]]:
    """Return position and confidence of the axes at the frames of a shot; `trust` (N,) is the stroke's."""
    on = np.flatnonzero(followed.on)
    if len(on) < _SHORTEST_S * RATE_HZ:
        return {}
    beside = measure(followed, fit_rigid(followed, (trace.field.shape[1], trace.field.shape[2])), on)
    time_s, even_s = trace.time_s[followed.shot], followed.even_s
    # In a rest the place is that of the last sample before it, or of the first one of all.
    last = (np.cumsum(followed.on) - 1).clip(0)
    found = {}
    for axis, place, size, over in zip(SEEN, beside.place, beside.size, beside.over, strict=True):
        periodic = regularity(place)
        sure = _rise(size, _FAINT, _PLAIN) * _rise(over, _NOISY, _CLEAR)
        sure *= _rise(periodic, _CHANCE, _REGULAR)
        position = (0.5 + sure * place)[last].clip(0, 1)
        believed = (sure * periodic * np.sqrt(trust[on]))[last] * followed.on
        found[axis] = (np.interp(time_s, even_s, position), np.interp(time_s, even_s, believed))
    return found


def _rise(value: Array, low: float, high: float) -> Array:
    """Return 0 up to a value and 1 from another, smoothly between."""
    part = ((value - low) / (high - low)).clip(0, 1)
    return np.asarray(part * part * (3 - 2 * part))
