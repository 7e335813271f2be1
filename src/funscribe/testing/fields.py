"""Motion fields of a thing that moves as it is told, made without drawing a picture."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funscribe.records import Provenance, Trace, VideoInfo
from funscribe.testing.curves import TAU

Array = NDArray[Any]

GRID = (9, 16)
RATE_HZ = 30.0
_FINE = 4  # points of a cell along each side
_CHUNK = 256


def seconds(duration_s: float) -> Array:
    """Return the times of the frames of a clip (T,) (s)."""
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ


def wave(hz: float, time_s: Array, phase: float = 0.0) -> Array:
    """Return a sine (T,), -1..1, `phase` cycles early."""
    return np.asarray(np.sin(TAU * (hz * time_s + phase)))


def moving(
    time_s: Array,
    *,
    x: ArrayLike = 0.0,
    y: ArrayLike = 0.0,
    turn: ArrayLike = 0.0,
    size: ArrayLike = 0.0,
    noise: float = 0.004,
) -> Array:
    """Return the field (T, GY, GX, 2) of a rectangle of 0.5 by 0.4 picture heights before a still world.

    Args:
        time_s: Times, evenly spaced (T,) (s).
        x: Where its middle is, to the right of that of the picture, at each time or always (picture heights).
        y: And down.
        turn: Its clockwise angle (radians).
        size: Logarithm of its size.
        noise: Standard deviation of the noise of the cells (picture heights/s).
    """
    told = np.stack([np.broadcast_to(np.asarray(v, np.float64), time_s.shape) for v in (x, y, turn, size)])
    pace = np.diff(told, prepend=told[:, :1], axis=1) * RATE_HZ
    parts = [
        _drawn(told[:, start : start + _CHUNK], pace[:, start : start + _CHUNK])
        for start in range(0, len(time_s), _CHUNK)
    ]
    field = np.concatenate(parts) if parts else np.zeros((0, *GRID, 2))
    return np.asarray(field + np.random.default_rng(0).normal(0, noise, field.shape))


def _drawn(told: Array, pace: Array) -> Array:
    gy, gx = GRID
    x, y, turn, size = (row[:, None, None] for row in told)
    vx, vy, turns, grows = (row[:, None, None] for row in pace)
    across = ((np.arange(gx * _FINE) + 0.5) / _FINE / gy - gx / gy / 2)[None, None, :] - x
    down = ((np.arange(gy * _FINE) + 0.5) / _FINE / gy - 0.5)[None, :, None] - y
    c, s, small = np.cos(turn), np.sin(turn), np.exp(-size)
    inside = np.abs(c * across + s * down) * small < 0.25
    inside &= np.abs(c * down - s * across) * small < 0.2
    u = inside * (vx + grows * across - turns * down)
    v = inside * (vy + grows * down + turns * across)
    return np.stack([part.reshape(-1, gy, _FINE, gx, _FINE).mean((2, 4)) for part in (u, v)], -1)


def trace_of(field: ArrayLike, time_s: Array | None = None, cut: ArrayLike | None = None) -> Trace:
    """Return the trace of a field (T, GY, GX, 2), at 30 frames a second and without cuts by default."""
    cells = np.asarray(field, np.float32)
    times = np.arange(len(cells)) / RATE_HZ if time_s is None else time_s
    info = VideoInfo("made up", (256, 144), (256, 144), Fraction(1, 90000), 0.0, 0, "raw", "gray")
    scores = np.zeros(len(cells)) if cut is None else cut
    return Trace(times, cells.astype(np.float16), np.asarray(scores), info, Provenance("0", "0", "none"))
