"""Scenes in which something passes before the one thing that is tracked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from funscribe.field.flow import FlowMeter
from funscribe.field.options import FieldOptions
from funscribe.records import DetectionRows, Provenance, Trace, VideoInfo
from funscribe.testing import poses, textures
from funscribe.testing.curves import held
from funscribe.testing.layers import Backdrop, Thing
from funscribe.testing.scene import Scene, Shot

SIZE_WH = (640, 360)
FRAMES = 200
HIDDEN = (95, 105)  # first frame in which the thing is not found, and the first in which it may be again
STRETCHES = ((0, HIDDEN[0]), (HIDDEN[1], FRAMES))
NOISE_PX = 2.0
JITTER_S = 0.5
_MISSED = 0.2
_BODY_WH, _OCCLUDER_WH = (110, 150), (160, 260)
_VISIBLE = 0.97  # part of a drawn body's sides that it fills
_OCCLUDER_PX_S = 480.0
_MIDDLE_S = 100 / 30
_At = Callable[[float], tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Occluded:
    """A scene as it is watched: what was found in it and how its picture moved, and the truth.

    Attributes:
        trace: Field and detections.
        middle: Where the middle of the thing is (T, 2) (px).
    """

    trace: Trace
    middle: np.ndarray


def draw(seed: int) -> Occluded:
    """Return a scene; the same for a seed every time."""
    at = _path(seed)
    scene = Scene(
        "occluded", "", held(), lambda: (Shot(0, _layers(seed, at)),), seed=seed, duration_s=FRAMES / 30
    )
    time_s = scene.time_s()
    meter = FlowMeter(FieldOptions(), SIZE_WH)
    field = np.array([meter.step(picture, when)[0] for when, picture in scene.frames()])
    truth = np.array([at(when) for when in time_s.tolist()])
    info = VideoInfo("drawn", SIZE_WH, SIZE_WH, Fraction(1, 30), 0.0, 0, "none", "gray")
    made_by = Provenance("0", "0", "none")
    found = _found(truth, np.random.default_rng(seed))
    return Occluded(Trace(time_s, field, np.zeros(FRAMES), info, made_by, detections=found), truth[:, :2])


def _path(seed: int) -> _At:
    """Return where the thing is (px) and how large, at a time (s)."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi, 3)
    hz = np.array([0.31, 0.47, 0.4]) * rng.uniform(0.85, 1.15, 3)

    def at(time_s: float) -> tuple[float, float, float]:
        x, y, size = np.sin(2 * np.pi * hz * time_s + phase) * [110, 50, 0.25] + [320, 180, 1]
        return float(x), float(y), float(size)

    return at


def _layers(seed: int, at: _At) -> tuple[Backdrop | Thing, ...]:
    def pose(time_s: float, position: float) -> np.ndarray:
        x, y, size = at(time_s)
        return poses.shift(x, y) @ poses.turn(0, size)

    x, y, _ = at(_MIDDLE_S)
    speed = _OCCLUDER_PX_S if x < SIZE_WH[0] / 2 else -_OCCLUDER_PX_S
    return (
        Backdrop(textures.room(seed + 1_000, (SIZE_WH[0] + 160, SIZE_WH[1] + 160)), 80),
        Thing(textures.body(seed + 2_000, _BODY_WH), pose),
        Thing(
            textures.body(seed + 3_000, _OCCLUDER_WH, level=110),
            lambda time_s, position: poses.shift(x + speed * (time_s - _MIDDLE_S), y),
        ),
    )


def _found(truth: np.ndarray, rng: np.random.Generator) -> DetectionRows:
    """Return the boxes of the thing, with noise, where it is found."""
    middle = truth[:, :2] + rng.normal(0, NOISE_PX, (FRAMES, 2))
    half = (truth[:, 2:] * np.array(_BODY_WH) * _VISIBLE + rng.normal(0, NOISE_PX, (FRAMES, 2))) / 2
    kept = rng.uniform(size=FRAMES) >= _MISSED
    kept[slice(*HIDDEN)] = False
    starts = np.concatenate([[0], np.cumsum(kept)])
    rows = np.hstack([middle - half, middle + half])[kept]
    return DetectionRows(np.ones(FRAMES), starts, rows, np.full(len(rows), 0.9), np.zeros(len(rows)))
