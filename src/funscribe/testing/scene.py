"""A scene: pictures that are drawn, and the position that they were drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from funscribe.testing.curves import Curve
from funscribe.testing.layers import Backdrop, BendingBar, Layer, Thing
from funscribe.testing.poses import Camera, tripod
from funscribe.testing.textures import noise

Array = NDArray[Any]

TRUTH_STEP_MS = 10
_SPARE_PX = 64  # by how much the noise is larger than the picture, to be shifted in each frame


@dataclass(frozen=True, slots=True)
class Light:
    """How the picture is exposed.

    Attributes:
        gain: Brightness; 1 as the surfaces are.
        flicker: Largest relative change of the brightness.
        flicker_hz: Its frequency (Hz); a second, slower part at 0.37 of it goes with it.
        noise: Standard deviation of the sensor noise (grey levels of 255).
    """

    gain: float = 1.0
    flicker: float = 0.0
    flicker_hz: float = 3.1
    noise: float = 2.0

    def gain_at(self, time_s: float) -> float:
        """Brightness at a time."""
        wave = np.sin(2 * np.pi * self.flicker_hz * time_s)
        wave += 0.6 * np.sin(2 * np.pi * 0.37 * self.flicker_hz * time_s + 1)
        return float(self.gain * (1 + self.flicker * wave / 1.6))


@dataclass(frozen=True, slots=True)
class Shot:
    """One view of the motion, up to the next shot.

    Attributes:
        start_s: When it begins (s).
        layers: What is seen, the furthest first; the first fills the picture.
        camera: The camera's motion.
    """

    start_s: float
    layers: tuple[Layer, ...]
    camera: Camera = tripod


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Where named things are.

    Attributes:
        names: What each thing is called (K,); several may be called the same.
        xyxy: Boxes (T, K, 4), float64, px: left, top, right, bottom; NaN where a thing is not in the shot.
        level: Which lies before which (T, K), int64: the higher covers the lower.
    """

    names: tuple[str, ...]
    xyxy: Array
    level: Array


@dataclass(frozen=True, slots=True)
class Scene:
    """A synthetic clip whose motion is exactly known; the same pictures every time.

    Attributes:
        name: Its name.
        says: What moves, and what makes it hard, in a line.
        curve: Position over time, 0..1: 1 is up; in depth, away from the camera; sideways, to the right.
        shots: Makes the shots; called anew for each rendering.
        direction: Whether up is defined by the picture. False where the motion is sideways or towards the
            camera: there the sign of a script is a convention and not a matter of right and wrong.
        duration_s: Length (s).
        rate_hz: Nominal frame rate (Hz).
        size_wh: Size of the picture (px).
        light: How it is exposed.
        no_truth: Passages (start, end) in which nothing can be scripted (s).
        times: Exact times of the frames (s); at the nominal rate if None.
        seed: Chooses the noise.
    """

    name: str
    says: str
    curve: Curve
    shots: Callable[[], tuple[Shot, ...]]
    direction: bool = False
    duration_s: float = 20.0
    rate_hz: float = 30.0
    size_wh: tuple[int, int] = (640, 360)
    light: Light = field(default_factory=Light)
    no_truth: tuple[tuple[float, float], ...] = ()
    times: Callable[[], Array] | None = None
    seed: int = 0

    def time_s(self) -> Array:
        """Times of the frames (T,), float64, strictly increasing from 0 (s)."""
        if self.times is not None:
            return self.times()
        return np.asarray(np.arange(round(self.duration_s * self.rate_hz)) / self.rate_hz, np.float64)

    def frames(self) -> Iterator[tuple[float, Array]]:
        """The frames in order: time (s) and grey picture (H, W), uint8, drawn for exactly that time."""
        shots = self.shots()
        starts = np.array([shot.start_s for shot in shots])
        grain = _Grain(self.seed, self.size_wh, self.light.noise)
        still: tuple[int, bytes, Array] | None = None  # the background of a camera that rests is drawn once
        for index, time_s in enumerate(self.time_s().tolist()):
            number = int(np.searchsorted(starts, time_s, side="right")) - 1
            shot, camera = shots[number], shots[number].camera(time_s)
            position = float(self.curve(np.asarray(time_s)))
            key = camera.tobytes()
            if still is None or still[:2] != (number, key):
                canvas = np.zeros(self.size_wh[::-1], np.uint8)
                shot.layers[0].draw(canvas, camera, time_s, position)
                still = (number, key, canvas)
            picture = still[2].copy() if isinstance(shot.layers[0], Backdrop) else still[2]
            for layer in shot.layers[1:]:
                layer.draw(picture, camera, time_s, position)
            yield time_s, grain.over(picture, self.light.gain_at(time_s), index)

    def boxes(self, time_s: Array) -> Boxes:
        """Return where the named things of the scene are at some times (s), exactly.

        Nothing is cut at the border of the picture; a thing that is not in a shot has no box in it.
        """
        shots = self.shots()
        number = np.searchsorted([shot.start_s for shot in shots], time_s, side="right") - 1
        layers = [layer for shot in shots for layer in shot.layers]
        things = {
            id(layer): layer for layer in layers if isinstance(layer, Thing | BendingBar) and layer.name
        }
        column = {key: k for k, key in enumerate(things)}
        xyxy = np.full((len(time_s), len(things), 4), np.nan)
        depth = np.zeros((len(time_s), len(things)), np.int64)
        for row, now in enumerate(np.asarray(time_s, np.float64).tolist()):
            shot = shots[int(number[row])]
            camera, position = shot.camera(now), float(self.curve(np.asarray(now)))
            for level, layer in enumerate(shot.layers):
                if id(layer) in column:
                    points = things[id(layer)].outline(camera, now, position)
                    k = column[id(layer)]
                    xyxy[row, k] = (*points.min(1), *points.max(1))
                    depth[row, k] = level
        return Boxes(tuple(thing.name for thing in things.values()), xyxy, depth)

    def truth(self) -> tuple[Array, Array]:
        """The true position every 10 ms, scaled so that the clip's furthest turning points are 0 and 100.

        Returns:
            Times (N,), int64 (ms), and positions (N,), float64, 0..100: 100 is up in the picture, or away
            from the camera, or to the right; NaN where there is no truth.
        """
        t_ms = np.arange(0, round(self.duration_s * 1000), TRUTH_STEP_MS, dtype=np.int64)
        at = t_ms / 1000
        pos = np.array(self.curve(at), dtype=np.float64)
        for start, end in self.no_truth:
            pos[(at >= start) & (at < end)] = np.nan
        if np.isnan(pos).all():
            return t_ms, pos
        low, high = np.nanmin(pos), np.nanmax(pos)
        return t_ms, (pos - low) / max(high - low, 1e-9) * 100


class _Grain:
    """Noise that differs in every frame: crops of one larger field, mirrored at times."""

    def __init__(self, seed: int, size_wh: tuple[int, int], sigma: float) -> None:
        self._size_wh = size_wh
        plane = noise(seed, (size_wh[0] + _SPARE_PX, size_wh[1] + _SPARE_PX), sigma)
        self._planes = [np.ascontiguousarray(p) for p in (plane, plane[::-1], plane[:, ::-1], -plane)]
        self._seed = seed

    def over(self, picture: Array, gain: float, index: int) -> Array:
        """The picture exposed and with the noise of that frame."""
        x, y, which = np.random.default_rng((self._seed, index)).integers(0, (_SPARE_PX, _SPARE_PX, 4))
        width, height = self._size_wh
        grain = self._planes[which][y : y + height, x : x + width]
        exposed = picture if gain == 1 else cv2.convertScaleAbs(picture, alpha=gain)
        return np.asarray(cv2.add(exposed, grain, dtype=cv2.CV_8U))
