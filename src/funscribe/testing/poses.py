"""Poses: where a thing or the camera is at a time, as 3 x 3 matrices in pixels, y down.

The world is measured in the pixels of a camera that does nothing. A thing's pose takes its own pixels,
counted from its middle, to the world; the camera's takes the world to the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funscribe.testing.curves import TAU, Curve, wander

Array = NDArray[Any]
Pose = Callable[[float, float], Array]
"""Matrix (3, 3) for a time (s) and the position of the motion (0..1)."""
Camera = Callable[[float], Array]
"""Matrix (3, 3) for a time (s)."""


def shift(x: float, y: float) -> Array:
    """The matrix that moves by (x, y) (px)."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def turn(degrees: float, scale: float = 1.0) -> Array:
    """The matrix that turns clockwise, as seen in the picture, and scales, both about the origin."""
    c, s = scale * np.cos(np.deg2rad(degrees)), scale * np.sin(np.deg2rad(degrees))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def about(x: float, y: float, matrix: Array) -> Array:
    """The same matrix with (x, y) (px) as its fixed point."""
    return shift(x, y) @ matrix @ shift(-x, -y)


# Things


def standing(x: float, y: float, degrees: float = 0.0) -> Pose:
    """A thing that stays at (x, y) (px)."""
    fixed = shift(x, y) @ turn(degrees)
    return lambda time_s, position: fixed


def slide(middle: tuple[float, float], stroke: tuple[float, float], degrees: float = 0.0) -> Pose:
    """Sliding along a line.

    Args:
        middle: Where the thing is at position 0.5 (px).
        stroke: From position 0 to position 1 (px); (0, -90) is 90 px up.
        degrees: How the thing is turned.
    """
    turned = turn(degrees)
    return lambda time_s, position: (
        shift(middle[0] + (position - 0.5) * stroke[0], middle[1] + (position - 0.5) * stroke[1]) @ turned
    )


def approach(middle: tuple[float, float], near: float = 0.74, far: float = 1.34) -> Pose:
    """Coming towards the camera at position 0 (`near`) and going away at 1 (`far`): size is 1 / distance."""
    return lambda time_s, position: shift(*middle) @ turn(0, 1 / (near + (far - near) * position))


def swing(hinge: tuple[float, float], length: float, degrees: float, lean: float = 0.0) -> Pose:
    """Hanging from a hinge: at position 1 the free end is furthest to the right, at 0 to the left.

    Args:
        hinge: The fixed point (px).
        length: From the hinge to the thing's middle (px).
        degrees: Angle from position 0 to position 1.
        lean: Angle to the right at position 0.5 (degrees).
    """
    return lambda time_s, position: (
        shift(*hinge) @ turn(-lean - (position - 0.5) * degrees) @ shift(0, length)
    )


def crossing(start_s: float, end_s: float, path: tuple[float, float, float], bob_px: float = 5) -> Pose:
    """A passer-by: crosses from x to x at a height y (`path`: x, x, y, in px) and bobs with each step."""
    x0, x1, y = path

    def pose(time_s: float, position: float) -> Array:
        part = (time_s - start_s) / (end_s - start_s)
        return shift(x0 + (x1 - x0) * part, y + bob_px * np.sin(TAU * 1.8 * time_s)) @ turn(
            3 * np.sin(11 * part)
        )

    return pose


def spinning(x: float, y: float, turns_hz: float) -> Pose:
    """Turning about its middle at a steady rate."""
    return lambda time_s, position: shift(x, y) @ turn(360 * turns_hz * time_s)


def drifting(
    seed: int, middle: tuple[float, float], px: tuple[float, float], fastest_hz: float = 0.6
) -> Pose:
    """Wandering about a place at random, without a period.

    Args:
        seed: Chooses the way.
        middle: About where (px).
        px: How far to either side at most, across and down.
        fastest_hz: Frequency of its fastest part (Hz).
    """
    x, y = wander(seed, fastest_hz, 0.08), wander(seed + 1, fastest_hz, 0.08)

    def pose(time_s: float, position: float) -> Array:
        at = np.asarray(time_s)
        return shift(middle[0] + px[0] * float(x(at)), middle[1] + px[1] * float(y(at)))

    return pose


def carried(carrier: Pose, pose: Pose) -> Pose:
    """A thing that moves with another one: `pose` is counted from the middle of the carrier."""
    return lambda time_s, position: np.asarray(carrier(time_s, position) @ pose(time_s, position))


def driven(curve: Curve, pose: Pose) -> Pose:
    """A thing that moves as `pose` does, but by a curve of its own."""
    return lambda time_s, position: pose(time_s, float(curve(np.asarray(time_s))))


# Cameras


def tripod(time_s: float) -> Array:
    """A camera that does nothing."""
    return np.eye(3)


def framing(zoom: float, x: float, y: float, size_wh: tuple[int, int] = (640, 360)) -> Camera:
    """A still camera with the world's point (x, y) in the middle of its picture, enlarged `zoom` times."""
    fixed = shift(size_wh[0] / 2, size_wh[1] / 2) @ turn(0, zoom) @ shift(-x, -y)
    return lambda time_s: fixed


def handheld(seed: int, px: float = 9.0, degrees: float = 1.2, zoom: float = 0.015) -> Camera:
    """A camera in the hand: shifts, turns and breathes at random, fastest about 4 Hz.

    Args:
        seed: Chooses the shake.
        px: Largest shift to either side.
        degrees: Largest turn to either side.
        zoom: Largest relative change of size.
    """
    x, y, roll, size = (wander(seed + i, 4.0, 0.15, 8) for i in range(4))

    def camera(time_s: float) -> Array:
        at = np.asarray(time_s)
        moved = about(320, 180, turn(degrees * float(roll(at)), 1 + zoom * float(size(at))))
        return shift(px * float(x(at)), px * float(y(at))) @ moved

    return camera


def pan(speed: tuple[float, float], zoom_per_s: float = 0.0, start: tuple[float, float] = (0, 0)) -> Camera:
    """A slow steady pan: the picture's content moves at `speed` (px/s) from `start` (px), and grows."""
    return lambda time_s: (
        shift(start[0] + speed[0] * time_s, start[1] + speed[1] * time_s)
        @ about(320, 180, turn(0, 1 + zoom_per_s * time_s))
    )


def together(*cameras: Camera) -> Camera:
    """Several motions of one camera, the first one applied last."""

    def camera(time_s: float) -> Array:
        matrix = np.eye(3)
        for part in cameras:
            matrix = matrix @ part(time_s)
        return matrix

    return camera
