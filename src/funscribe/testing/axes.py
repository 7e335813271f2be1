"""Scenes whose subject moves along several axes at once, each exactly known.

The stroke is that of the scene; beside it the subject may roll (turn in the picture plane), surge (go away
from the camera) and sway (go sideways), each by a curve of its own. In most the tempos differ, as of a body
that rocks while it strokes; what only follows the stroke can not be told from the stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funscribe.testing import poses, textures
from funscribe.testing.curves import TAU, Curve, Manner, held, strokes, swaying
from funscribe.testing.layers import Backdrop, Thing
from funscribe.testing.poses import Camera, Pose
from funscribe.testing.scene import Scene, Shot

Array = NDArray[Any]

_MARGIN = 96
_MIDDLE = (315.0, 180.0)
_DURATION_S = 24.0


@dataclass(frozen=True, slots=True)
class AxisScene:
    """A scene, and what its subject does beside the stroke.

    Attributes:
        scene: What is drawn; its own truth is that of the stroke.
        axes: Position over time, 0..1, of each axis along which the subject moves, by the axis's name: 1 is
            clockwise (roll), away from the camera (surge) and to the right, or up where the stroke goes
            across (sway).
    """

    scene: Scene
    axes: Mapping[str, Curve]

    def truth(self, axis: str) -> tuple[Array, Array]:
        """The true position of an axis every 10 ms, as `Scene.truth` has it; half way where it rests.

        Args:
            axis: Name of the axis.

        Returns:
            Times (N,), int64 (ms), and positions (N,), float64, 0..100.
        """
        t_ms, stroke = self.scene.truth()
        if axis == "stroke":
            return t_ms, stroke
        if axis not in self.axes:
            return t_ms, np.full(len(t_ms), 50.0)
        pos = np.asarray(self.axes[axis](t_ms / 1000))
        return t_ms, (pos - pos.min()) / max(float(np.ptp(pos)), 1e-9) * 100


def _late(curve: Curve, delay_s: float) -> Curve:
    return lambda time_s: curve(np.asarray(time_s) - delay_s)


def _beside(
    pose: Pose,
    axes: Mapping[str, Curve],
    degrees: float = 30.0,
    sway: tuple[float, float] = (60.0, 0.0),
    growth: float = 1.5,
) -> Pose:
    """A pose with other axes upon it.

    Args:
        pose: That of the stroke.
        axes: The other axes, 0..1.
        degrees: Roll from position 0 to position 1.
        sway: Way from position 0 to position 1 (px).
        growth: Size at position 0, as a multiple of the size at position 1 of the surge.
    """

    def moved(time_s: float, position: float) -> Array:
        at = np.asarray(time_s)
        roll, away, side = (float(axes[n](at)) - 0.5 if n in axes else 0.0 for n in ("roll", "surge", "sway"))
        aside = poses.shift(side * sway[0], side * sway[1])
        turned = poses.turn(roll * degrees, growth**-away)
        return np.asarray(aside @ pose(time_s, position) @ turned)

    return moved


def _room(seed: int) -> Backdrop:
    size = (640 + 2 * _MARGIN, 360 + 2 * _MARGIN)
    return Backdrop(textures.room(seed, size), _MARGIN)


def _scene(
    name: str,
    says: str,
    curve: Curve,
    make: Callable[[], Pose],
    axes: Mapping[str, Curve],
    direction: bool = True,
    camera: Camera = poses.tripod,
) -> AxisScene:
    seed = sum(map(ord, name))

    def shots() -> tuple[Shot, ...]:
        surface = textures.body(seed + 1, (180, 140), 150, 16)
        return (Shot(0.0, (_room(seed), Thing(surface, make(), "mover")), camera),)

    scene = Scene(name, says, curve, shots, direction, _DURATION_S, seed=seed)
    return AxisScene(scene, axes)


def _even(hz: float, phase: float = 0.0) -> Curve:
    """An oscillation that never changes."""
    return lambda time_s: np.asarray(0.5 - 0.5 * np.cos(TAU * (hz * np.asarray(time_s) - phase)))


def _stroked(seed: int, hz: float) -> Curve:
    return strokes(seed, _DURATION_S, Manner(hz=hz))


_ROLL = {"roll": swaying(31, 0.55)}
_SWAY = {"sway": swaying(32, 0.45)}
_FAST_SWAY = {"sway": swaying(37, 1.9)}
_SURGE = {"surge": swaying(33, 0.5)}
_SURGE_SWAY = {"surge": swaying(34, 0.6), "sway": swaying(35, 0.33)}
_ALL = {"roll": swaying(38, 0.7), "sway": swaying(39, 0.42), "surge": swaying(40, 0.26)}
_QUARTER = {"roll": _late(_even(1.0), 0.25)}
_ALONE = swaying(36, 0.9)
_UP = poses.slide(_MIDDLE, (0, -100))
_ACROSS = poses.slide(_MIDDLE, (120, 0))

_TABLE = (
    _scene("stroke_roll", "slides and rolls", _stroked(51, 1.2), lambda: _beside(_UP, _ROLL), _ROLL),
    _scene("stroke_sway", "slides and sways slowly", _stroked(52, 1.3), lambda: _beside(_UP, _SWAY), _SWAY),
    _scene(
        "slow_stroke",
        "slides slowly and sways fast",
        _stroked(53, 0.6),
        lambda: _beside(_UP, _FAST_SWAY, sway=(34, 0)),
        _FAST_SWAY,
    ),
    _scene(
        "stroke_surge", "slides and comes nearer", _stroked(54, 1.1), lambda: _beside(_UP, _SURGE), _SURGE
    ),
    _scene(
        "across",
        "slides left and right, and sways up and down",
        _stroked(55, 1.2),
        lambda: _beside(_ACROSS, _SWAY, sway=(0, -60)),
        _SWAY,
        False,
    ),
    _scene(
        "zoom_sway",
        "comes towards the camera and sways",
        _stroked(56, 1.1),
        lambda: _beside(poses.approach(_MIDDLE), _SWAY, sway=(44, 0)),
        _SWAY,
        False,
    ),
    _scene(
        "surge_sway",
        "slides, comes nearer and sways",
        _stroked(57, 1.3),
        lambda: _beside(_UP, _SURGE_SWAY),
        _SURGE_SWAY,
    ),
    _scene("all_axes", "rolls, sways and surges", _stroked(58, 1.4), lambda: _beside(_UP, _ALL), _ALL),
    _scene("quarter", "rolls a quarter period late", _even(1.0), lambda: _beside(_UP, _QUARTER), _QUARTER),
    _scene(
        "hand_roll",
        "slides and rolls before a camera in the hand",
        _stroked(59, 1.1),
        lambda: _beside(_UP, _ROLL),
        _ROLL,
        camera=poses.handheld(600, 7),
    ),
    _scene(
        "roll_alone",
        "only rolls: the roll is the stroke too",
        _ALONE,
        lambda: _beside(poses.standing(*_MIDDLE), {"roll": _ALONE}, 44),
        {"roll": _ALONE},
        False,
    ),
    _scene("stroke_alone", "slides, and that is all", _stroked(60, 1.1), lambda: _UP, {}),
    _scene("no_axis", "nothing moves", held(), lambda: poses.standing(*_MIDDLE), {}),
)

AXIS_SCENES: dict[str, AxisScene] = {each.scene.name: each for each in _TABLE}
"""Every such scene by its name."""
