"""Surfaces for the synthetic scenes: mottled, shaded, seeded; never a flat rectangle."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def mottle(seed: int, size_wh: tuple[int, int], scales_px: tuple[float, ...]) -> Array:
    """Smooth random grey (H, W), float32, mean 0 and standard deviation 1: blobs of several sizes.

    Args:
        seed: Chooses the blobs.
        size_wh: Size (px).
        scales_px: Sizes of the blobs (px), each with the same weight.
    """
    rng = np.random.default_rng(seed)
    width, height = size_wh
    total = np.zeros((height, width), np.float32)
    for scale in scales_px:
        coarse = rng.standard_normal((max(4, int(height / scale) + 3), max(4, int(width / scale) + 3)))
        layer = cv2.resize(coarse.astype(np.float32), size_wh, interpolation=cv2.INTER_CUBIC)
        total = total + layer / np.float32(max(layer.std(), 1e-6))
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-6), np.float32)


def room(seed: int, size_wh: tuple[int, int], level: float = 96, contrast: float = 16) -> Array:
    """A background (H, W), uint8: a mottled wall in uneven light with soft-edged things before it."""
    rng = np.random.default_rng(seed)
    width, height = size_wh
    wall = level + contrast * 0.55 * mottle(seed, size_wh, (5, 14, 60))
    wall += np.linspace(-1, 1, width, dtype=np.float32) * contrast * rng.uniform(-1.5, 1.5)
    for _ in range(14):
        w, h = rng.integers(24, 150, 2)
        x, y = int(rng.integers(-20, width)), int(rng.integers(-20, height))
        shade = float(rng.uniform(-2.6, 2.6)) * contrast
        thing = np.zeros((height, width), np.float32)
        cv2.rectangle(thing, (x, y), (x + int(w), y + int(h)), shade, -1)
        wall += thing
    return _as_bytes(cv2.GaussianBlur(wall, (0, 0), 1.2))


def body(seed: int, size_wh: tuple[int, int], level: float = 150, contrast: float = 22) -> Array:
    """A rounded thing (H, W, 2), uint8: shaded grey times coverage, and coverage (0..255).

    Args:
        seed: Chooses the surface.
        size_wh: Size (px).
        level: Mean grey (0..255).
        contrast: Standard deviation of the grey.
    """
    width, height = size_wh
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    reach = np.abs(x) ** 3.2 + np.abs(y) ** 3.2  # between an ellipse and a rectangle
    edge = min(width, height) / 2
    coverage = np.clip((0.97 - reach ** (1 / 3.2)) * edge / 2.5 + 0.5, 0, 1)
    grey = level + contrast * mottle(seed, size_wh, (6, 13, 30)) - 28 * reach - 14 * y
    return sprite(cv2.GaussianBlur(grey, (0, 0), 1.3), coverage)


def wheel(seed: int, diameter_px: int, spokes: int = 5) -> Array:
    """A fan or wheel with uneven spokes (H, W, 2), uint8, as `body`."""
    y, x = np.mgrid[-1 : 1 : diameter_px * 1j, -1 : 1 : diameter_px * 1j].astype(np.float32)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    grey = 110 + 55 * np.cos(spokes * angle) + 20 * np.cos(angle)
    grey += 10 * mottle(seed, (diameter_px, diameter_px), (6, 15))
    coverage = np.clip((0.97 - radius) * diameter_px / 5 + 0.5, 0, 1)
    return sprite(cv2.GaussianBlur(grey, (0, 0), 1.3), coverage)


def sprite(grey: Array, coverage: Array) -> Array:
    """Grey (0..255) and coverage (0..1), both (H, W), as one picture part (H, W, 2), uint8."""
    grey = np.clip(grey, 0, 255)
    return np.dstack([_as_bytes(grey * coverage), _as_bytes(coverage * 255)])


def noise(seed: int, size_wh: tuple[int, int], sigma: float) -> Array:
    """Sensor noise (H, W), int16: normal, white, without a mean."""
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal(size_wh[::-1], dtype=np.float32)
    return np.asarray(np.rint(drawn * sigma), np.int16)


def _as_bytes(values: Array) -> Array:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
