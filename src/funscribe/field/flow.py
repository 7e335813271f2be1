"""Dense flow between small grey pictures, averaged to a coarse grid. The only door to cv2.

Flow: DIS, Kroeger, Timofte, Dai, Van Gool, "Fast Optical Flow using Dense Inverse Search", ECCV 2016.
"""

from __future__ import annotations

import cv2
import numpy as np

from funscribe.field.cuts import cut_score
from funscribe.field.options import FieldOptions
from funscribe.records import Array

_FEWEST_PX = 32  # the flow needs a few patches of 8 px in both directions at a quarter of the size
_CUT_PX = 64  # longer side of the picture on which cuts are seen


def small_size(options: FieldOptions, upright_size_wh: tuple[int, int]) -> tuple[int, int]:
    """Size (w, h) of the upright small picture: the longer side is `size_px`, the shape is kept."""
    return _fit(upright_size_wh, options.size_px, _FEWEST_PX)


def grid_size(options: FieldOptions, upright_size_wh: tuple[int, int]) -> tuple[int, int]:
    """Number of cells (GX, GY): `cells` along the longer side, about square."""
    return _fit(upright_size_wh, options.cells, 2)


def _fit(size_wh: tuple[int, int], longest: int, fewest: int) -> tuple[int, int]:
    scale = longest / max(size_wh)
    width, height = (max(fewest, round(side * scale)) for side in size_wh)
    return width, height


def shrink(luma: Array, size_wh: tuple[int, int], bits: int = 8) -> Array:
    """Return a luma plane (H, W) at `size_wh` as contiguous uint8.

    Planes far larger than wanted are sampled bilinearly at twice the size, then averaged two by two: an
    eighth of the time that averaging every pixel of 1080p takes. `bits` is the depth of a uint16 plane (bit).
    """
    width, height = size_wh
    if luma.shape[1] > 3 * width and luma.shape[0] > 3 * height:
        luma = cv2.resize(luma, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
    small: Array = cv2.resize(luma, size_wh, interpolation=cv2.INTER_AREA)
    if small.dtype != np.uint8:
        small = (small >> max(0, bits - 8)).astype(np.uint8)
    return np.ascontiguousarray(small)


def _flow_finder() -> cv2.DISOpticalFlow:
    """Return the ultrafast preset at half instead of a quarter of the size, with patches farther apart.

    The finer size halves the error of slow and tiny motion; the wider steps pay for most of it.
    """
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    finder.setFinestScale(1)
    finder.setPatchStride(6)
    finder.setGradientDescentIterations(6)
    return finder


class FlowMeter:
    """A meter of the motion from frame to frame of one segment of a video.

    It holds nothing but the picture before, so a segment that starts one frame early gives the same rows as a
    meter that has seen the whole video.

    Args:
        options: Sizes of the small picture and of the grid.
        upright_size_wh: Size of the upright picture with square pixels (px).
        rotation: Clockwise turn that makes the stored planes upright: 0, 90, 180 or 270 (degrees).
        bits: Depth of the luma planes, for uint16 planes (bit).
    """

    def __init__(
        self, options: FieldOptions, upright_size_wh: tuple[int, int], rotation: int = 0, bits: int = 8
    ) -> None:
        cv2.setNumThreads(1)  # one worker is one process; threads inside would only fight
        self.upright_wh = small_size(options, upright_size_wh)
        self.grid_wh = grid_size(options, upright_size_wh)
        self._quarter_turns = -(rotation // 90) % 4
        turned = self._quarter_turns % 2 == 1
        self.small_wh = self.upright_wh[::-1] if turned else self.upright_wh
        self._bits = bits
        self._cut_wh = _fit(self.upright_wh, _CUT_PX, 8)
        self._dis = _flow_finder()
        self._before: Array | None = None
        self._before_tiny: Array | None = None
        self._before_s = 0.0

    def step(self, luma: Array, time_s: float) -> tuple[Array, float]:
        """Measure one frame given as its stored luma plane (H, W), uint8 or uint16, at any size.

        Returns:
            The field (GY, GX, 2) float16 (picture heights per second, x right, y down) of the motion since
            the frame before, and the cut score 0..1. Both are zero at the first frame.
        """
        return self.measure(shrink(luma, self.small_wh, self._bits), time_s)

    def measure(self, small: Array, time_s: float) -> tuple[Array, float]:
        """Measure one frame given as its small picture in stored orientation (see `shrink`)."""
        if self._quarter_turns:
            small = np.ascontiguousarray(np.rot90(small, self._quarter_turns))
        tiny = cv2.resize(small, self._cut_wh, interpolation=cv2.INTER_AREA)
        before, before_tiny, elapsed_s = self._before, self._before_tiny, time_s - self._before_s
        self._before, self._before_tiny, self._before_s = small, tiny, time_s
        if before is None or before_tiny is None or elapsed_s <= 0:
            return np.zeros((*self.grid_wh[::-1], 2), np.float16), 0.0
        flow = self._dis.calc(before, small, None)  # type: ignore[call-overload]
        cells = cv2.resize(flow, self.grid_wh, interpolation=cv2.INTER_AREA)
        field = cells / np.float32(small.shape[0] * elapsed_s)
        limit = np.finfo(np.float16).max
        return np.clip(field, -limit, limit).astype(np.float16), self._cut(before_tiny, tiny, flow)

    def _cut(self, before: Array, after: Array, flow: Array) -> float:
        """Return the cut score of two tiny pictures between which there is this flow."""

        def undo_motion() -> Array:
            height, width = before.shape
            source: Array = cv2.resize(flow, (width, height), interpolation=cv2.INTER_AREA)
            source *= np.float32(width / flow.shape[1])
            source += np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
            x, y = source[..., 0], source[..., 1]
            return cv2.remap(after, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

        return cut_score(before, after, undo_motion)
