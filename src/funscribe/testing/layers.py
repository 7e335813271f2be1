"""Layers of a picture: each draws itself into a grey canvas, to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from funscribe.testing.poses import Pose, shift

Array = NDArray[Any]


class Layer(Protocol):
    """Something that is drawn over what is already there."""

    def draw(self, canvas: Array, camera: Array, time_s: float, position: float) -> None:
        """Draw into the canvas (H, W), uint8, as it is at that time and position."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """A background larger than the picture, in the middle of the world.

    Attributes:
        surface: Grey (H, W), uint8; past its edges it is mirrored.
        margin_px: How far it reaches beyond the picture of a camera that does nothing (px).
    """

    surface: Array
    margin_px: int

    def draw(self, canvas: Array, camera: Array, time_s: float, position: float) -> None:
        """Fill the canvas."""
        matrix = camera @ shift(-self.margin_px, -self.margin_px)
        _warp(self.surface, matrix, canvas, cv2.BORDER_REFLECT_101)


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """A rigid thing with its pose.

    Attributes:
        surface: Grey times coverage, and coverage (H, W, 2), uint8.
        pose: Where it is.
        name: What it is called where it is found; empty where it is never sought.
    """

    surface: Array
    pose: Pose
    name: str = ""

    def outline(self, camera: Array, time_s: float, position: float) -> Array:
        """Return corners (2, N) in the picture that hold between them all that is covered (px)."""
        points = self._place(camera, time_s, position)[:2] @ _rim(self.surface)
        return np.asarray(points + 0.5)

    def draw(self, canvas: Array, camera: Array, time_s: float, position: float) -> None:
        """Draw the thing, if it is in the picture."""
        height, width = self.surface.shape[:2]
        matrix = self._place(camera, time_s, position)
        corners = matrix[:2] @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
        box = _box(corners, canvas)
        if box is not None:
            x0, y0, x1, y1 = box
            drawn = np.empty((y1 - y0, x1 - x0, 2), np.uint8)
            _warp(self.surface, shift(-x0, -y0) @ matrix, drawn, cv2.BORDER_CONSTANT)
            _lay(canvas[y0:y1, x0:x1], drawn)

    def _place(self, camera: Array, time_s: float, position: float) -> Array:
        """Return the matrix from the pixels of the surface to those of the picture."""
        height, width = self.surface.shape[:2]
        return np.asarray(
            camera @ self.pose(time_s, position) @ shift(-(width - 1) / 2, -(height - 1) / 2), np.float64
        )


@dataclass(frozen=True, slots=True, eq=False)
class BendingBar:
    """A bar that stands on its clamped lower end and bends: its tip goes right at position 1, left at 0.

    Each cross-section moves sideways by the square of its height over the clamp, as an elastic bar does.

    Attributes:
        surface: Grey times coverage, and coverage (H, W, 2), uint8, the bar when straight.
        foot: Middle of its lower end in the world (px).
        reach_px: Way of the tip from position 0 to position 1 (px).
        name: What it is called where it is found; empty where it is never sought.
    """

    surface: Array
    foot: tuple[float, float]
    reach_px: float
    name: str = ""

    def outline(self, camera: Array, time_s: float, position: float) -> Array:
        """Return points (2, N) in the picture that hold between them all that is covered (px)."""
        height, width = self.surface.shape[:2]
        column, row, one = _rim(self.surface)
        x = self.foot[0] + column - (width - 1) / 2
        y = self.foot[1] + row - height + 0.5
        x = x + (position - 0.5) * self.reach_px * ((self.foot[1] - y) / height) ** 2
        return np.asarray((camera @ np.stack([x, y, one]))[:2] + 0.5)

    def draw(self, canvas: Array, camera: Array, time_s: float, position: float) -> None:
        """Draw the bar; the camera may shift, turn and scale."""
        height, width = self.surface.shape[:2]
        away = abs(self.reach_px) / 2
        left, right = self.foot[0] - width / 2 - away, self.foot[0] + width / 2 + away
        top, bottom = self.foot[1] - height, self.foot[1]
        ends = np.array([[left, right, left, right], [top, top, bottom, bottom], [1, 1, 1, 1]])
        box = _box(camera[:2] @ ends, canvas)
        if box is None:
            return
        x0, y0, x1, y1 = box
        back = np.linalg.inv(camera)
        xs, ys = np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32)[:, None]
        world_x = back[0, 0] * xs + back[0, 1] * ys + back[0, 2]
        world_y = back[1, 0] * xs + back[1, 1] * ys + back[1, 2]
        up = (self.foot[1] - world_y) / height
        aside = (position - 0.5) * self.reach_px * up**2
        map_x = (world_x - self.foot[0] - aside + (width - 1) / 2).astype(np.float32)
        map_y = (world_y - self.foot[1] + height - 0.5).astype(np.float32)
        drawn = cv2.remap(self.surface, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        _lay(canvas[y0:y1, x0:x1], drawn)


@lru_cache(maxsize=256)
def _rim_of(coverage: bytes, width: int) -> Array:
    seen = np.frombuffer(coverage, np.uint8).reshape(-1, width) > 127
    rows = np.flatnonzero(seen.any(1))
    left, right = seen[rows].argmax(1), width - 1 - seen[rows, ::-1].argmax(1)
    corners = [
        (x + a, y + b) for x, y in ((left, rows), (right, rows)) for a in (-0.5, 0.5) for b in (-0.5, 0.5)
    ]
    return np.array([np.concatenate([x for x, _ in corners]), np.concatenate([y for _, y in corners])])


def _rim(surface: Array) -> Array:
    """Return the outer corners (3, N) of what a surface covers by more than a half, its own pixels and 1."""
    corners = _rim_of(np.ascontiguousarray(surface[..., 1]).tobytes(), surface.shape[1])
    return np.vstack([corners, np.ones(corners.shape[1])])


def _warp(surface: Array, matrix: Array, into: Array, border: int) -> None:
    size = (into.shape[1], into.shape[0])
    # Shrinking by more than a half would need an area filter; no scene does.
    cv2.warpAffine(surface, matrix[:2], size, dst=into, flags=cv2.INTER_LINEAR, borderMode=border)


def _box(corners: Array, canvas: Array) -> tuple[int, int, int, int] | None:
    """The whole pixels around the corners (2, N) that lie in the canvas: x0, y0, x1, y1."""
    height, width = canvas.shape
    x0, y0 = np.maximum(np.floor(corners.min(axis=1)).astype(int) - 1, 0)
    x1, y1 = np.minimum(np.ceil(corners.max(axis=1)).astype(int) + 2, (width, height))
    return (int(x0), int(y0), int(x1), int(y1)) if x1 > x0 and y1 > y0 else None


def _lay(under: Array, over: Array) -> None:
    """Lay a drawn part (H, W, 2) over a piece of the canvas (H, W), in place."""
    grey, coverage = cv2.split(over)
    seen_through = cv2.multiply(under, cv2.bitwise_not(coverage), scale=1 / 255)
    cv2.add(seen_through, grey, dst=under)
