"""Scenes at another size, as a large video would show them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from funscribe.testing.scene import Array, Scene
from funscribe.testing.textures import noise

_SPARE_PX = 64
_GRAIN = 2.0  # standard deviation of the fine noise (grey levels): without it a decoder would have it easy


def frames_at(scene: Scene, size_wh: tuple[int, int]) -> Iterator[tuple[float, Array]]:
    """Yield the frames of a scene scaled to a size, with noise of that size: time (s), grey picture (H, W).

    Args:
        scene: The scene; it is drawn at its own size.
        size_wh: Size of the pictures, even numbers (px).
    """
    width, height = size_wh
    plane = noise(scene.seed, (width + _SPARE_PX, height + _SPARE_PX), _GRAIN)
    rng = np.random.default_rng(scene.seed)
    for time_s, picture in scene.frames():
        large = cv2.resize(picture, size_wh, interpolation=cv2.INTER_CUBIC)
        x, y = rng.integers(0, _SPARE_PX, 2)
        grain = plane[y : y + height, x : x + width]
        yield time_s, np.asarray(cv2.add(large, grain, dtype=cv2.CV_8U))
