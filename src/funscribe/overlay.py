"""What a preview draws over the picture: the region that moves as the script does, field, tracks, position.

Plain NumPy on the pixels: a few rectangles and dots a frame, far cheaper than decoding it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from funscribe.records import Array, MotionSignal, Trace, TrackRows, Tracks

Picture = NDArray[np.uint8]

BAR_PX = 32  # width of the position bar beside the picture
STRIP_PX = 64  # height of the curve below the picture
_WINDOW_S = 4.0  # over which a cell's likeness to the script is measured
_SPAN_S = 6.0  # how much of the curve is seen at once
_ARROW_S = 0.12  # an arrow reaches as far as the cell goes in this time
_ARROW_DOTS = 8
_GROUND = (24, 26, 32)
_GRID = (58, 62, 74)
_CURVE = (240, 196, 92)
_NOW = (236, 238, 242)
_REGION = np.array((64, 208, 160), np.float32)
_ARROW = (120, 220, 255)
_BOXES = ((255, 105, 97), (130, 201, 109), (94, 160, 255), (250, 200, 80), (200, 130, 240), (240, 240, 240))


def likeness(trace: Trace, signal: MotionSignal) -> NDArray[np.float32]:
    """Return how far each cell moves as the position does (T, GY, GX), 0..1.

    It is the covariance of the cell's velocity with the position's over a sliding window, by the largest
    of the frame: cells that move much and alike stand out, whatever their direction.
    """
    count = len(trace)
    field = trace.field.astype(np.float32).reshape(count, -1)
    if count < 2:
        return np.zeros(trace.field.shape[:3], np.float32)
    speed = np.gradient(signal.position, signal.time_s).astype(np.float32)[:, None]
    rate_hz = (count - 1) / (trace.time_s[-1] - trace.time_s[0])
    half = max(1, round(_WINDOW_S * rate_hz / 2))
    shared = _sliding_sum(field * speed, half).reshape(*trace.field.shape)
    size = np.hypot(shared[..., 0], shared[..., 1])
    largest = size.max(axis=(1, 2), keepdims=True)
    return np.asarray(np.divide(size, largest, out=np.zeros_like(size), where=largest > 1e-9), np.float32)


def _sliding_sum(rows: Array, half: int) -> Array:
    """Return the sums over rows i - half .. i + half, fewer at the ends."""
    total = np.concatenate([np.zeros_like(rows[:1], np.float64), np.cumsum(rows, axis=0, dtype=np.float64)])
    index = np.arange(len(rows))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(rows))
    return np.asarray(total[high] - total[low], np.float32)


class Overlay:
    """Draws the overlay of one clip, frame by frame.

    Args:
        trace: What was watched.
        signal: The motion made of it.
        picture_wh: Size of the upright pictures that will be given (px), even.
        tracks: What was followed; None for none.
    """

    def __init__(
        self,
        trace: Trace,
        signal: MotionSignal,
        picture_wh: tuple[int, int],
        tracks: Tracks | None = None,
    ) -> None:
        self._trace = trace
        self._signal = signal
        self._tracks = tracks
        self._wh = picture_wh
        self._likeness = likeness(trace, signal)
        width, height = picture_wh
        _, gy, gx, _ = trace.field.shape
        self._row = np.minimum(np.arange(height) * gy // height, gy - 1)
        self._column = np.minimum(np.arange(width) * gx // width, gx - 1)
        y = (np.arange(gy) + 0.5) * height / gy
        x = (np.arange(gx) + 0.5) * width / gx
        self._centre = np.stack(np.meshgrid(x, y), axis=-1)

    @property
    def canvas_wh(self) -> tuple[int, int]:
        """Size of what `draw` returns (px), even."""
        return self._wh[0] + BAR_PX, self._wh[1] + STRIP_PX

    def draw(self, picture: Picture, time_s: float) -> Picture:
        """Return the picture (H, W, 3) with everything drawn, as a new and larger picture."""
        index = min(int(np.searchsorted(self._trace.time_s, time_s - 1e-6)), len(self._trace) - 1)
        width, height = self._wh
        canvas = np.empty((height + STRIP_PX, width + BAR_PX, 3), np.uint8)
        canvas[:] = _GROUND
        scene = canvas[:height, :width]
        scene[:] = picture
        trust = float(self._signal.confidence[index])
        self._tint(scene, self._likeness[index] * trust)
        self._arrows(scene, index)
        if self._tracks is not None:
            self._boxes(scene, self._tracks.at(index))
        self._bar(canvas[:height, width:], float(self._signal.position[index]), trust)
        self._strip(canvas[height:], time_s)
        return canvas

    def _tint(self, scene: Picture, amount: Array) -> None:
        """Mix a colour into the cells of the region found; faint cells are left as they are."""
        for y, x in zip(*np.nonzero(amount > 0.25), strict=True):
            rows = slice(*np.searchsorted(self._row, (y, y + 1)))
            columns = slice(*np.searchsorted(self._column, (x, x + 1)))
            part = scene[rows, columns]
            share = np.float32(0.45 * amount[y, x])
            part[:] = part * (1 - share) + _REGION * share

    def _arrows(self, scene: Picture, index: int) -> None:
        height, width = scene.shape[:2]
        reach = self._trace.field[index].astype(np.float32) * (height * _ARROW_S)
        along = np.linspace(0, 1, _ARROW_DOTS)[:, None, None, None]
        dots = np.rint(self._centre + along * reach).astype(np.intp)
        x, y = dots[..., 0].ravel(), dots[..., 1].ravel()
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        scene[y[inside], x[inside]] = _ARROW

    def _boxes(self, scene: Picture, rows: TrackRows) -> None:
        """Draw a frame around each track, each in a colour of its own, thinner where it is only predicted."""
        height, width = scene.shape[:2]
        scale = np.array(self._wh, np.float32) / np.array(self._trace.info.size_wh, np.float32)
        corners = np.nan_to_num(rows.xyxy) * np.tile(scale, 2)
        corners = np.clip(corners, 0, [width - 1, height - 1] * 2).astype(np.intp)
        for (x0, y0, x1, y1), track, seen in zip(corners, rows.track_id, rows.seen, strict=True):
            colour, thick = _BOXES[int(track) % len(_BOXES)], 2 if seen else 1
            scene[y0 : y0 + thick, x0 : x1 + 1] = scene[max(0, y1 + 1 - thick) : y1 + 1, x0 : x1 + 1] = colour
            scene[y0 : y1 + 1, x0 : x0 + thick] = scene[y0 : y1 + 1, max(0, x1 + 1 - thick) : x1 + 1] = colour

    def _bar(self, bar: Picture, position: float, trust: float) -> None:
        height, width = bar.shape[:2]
        level = round((1 - position) * (height - 9)) + 4
        bar[4 : height - 4, width // 2 - 1 : width // 2 + 1] = _GRID
        colour = np.array(_GRID) * (1 - trust) + np.array(_CURVE) * trust
        bar[level:, width // 4 : -width // 4] = colour.astype(np.uint8)
        bar[max(0, level - 2) : level + 2, 3:-3] = _NOW

    def _strip(self, strip: Picture, time_s: float) -> None:
        """Draw the curve around now; where the confidence is low it fades."""
        height, width = strip.shape[:2]
        strip[[4, height // 2, height - 5]] = _GRID
        at_s = time_s + (np.arange(width) / width - 0.5) * _SPAN_S
        inside = (at_s >= self._signal.time_s[0]) & (at_s <= self._signal.time_s[-1])
        level = (1 - np.interp(at_s, self._signal.time_s, self._signal.position)) * (height - 10) + 4
        trust = np.interp(at_s, self._signal.time_s, self._signal.confidence)[:, None]
        colours = (np.array(_GRID) * 1.4 * (1 - trust) + np.array(_CURVE) * trust).astype(np.uint8)
        # From each column's level to the next one's, so that steep strokes have no holes.
        ends = np.append(level[1:], level[-1])
        for share in np.linspace(0, 1, 12):
            y = np.rint(level + (ends - level) * share).astype(np.intp)
            strip[y[inside], np.flatnonzero(inside)] = colours[inside]
            strip[y[inside] + 1, np.flatnonzero(inside)] = colours[inside]
        strip[:, width // 2 - 1 : width // 2 + 1] = _NOW
