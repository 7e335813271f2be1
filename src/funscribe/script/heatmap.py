"""The speed of a script as colours along the length of its video."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funscribe.files import write_atomically
from funscribe.records import Script

# The colours that editors of scripts use, evenly from standstill to 400 units/s.
SPEEDS = (0.0, 80.0, 160.0, 240.0, 320.0, 400.0)
# A stroke has every speed in it; over less than this the strip would show its shape, not how fast it is.
LEAST_PART_S = 0.5
MOST_PARTS = 700
COLOURS = ((0, 0, 0), (30, 144, 255), (0, 255, 255), (0, 255, 0), (255, 255, 0), (255, 0, 0))


def speed_colours(speed: ArrayLike) -> NDArray[np.uint8]:
    """Colours (N, 3), uint8 RGB, of speeds (N,) (units/s): from black over blue and green to red at 400."""
    speeds = np.asarray(speed, dtype=np.float64)
    channels = [np.interp(speeds, SPEEDS, [colour[c] for colour in COLOURS]) for c in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def bin_speeds(script: Script, duration_s: float, count: int) -> NDArray[np.float64]:
    """Mean speed of the script in each of `count` equal parts of a video (count,) (units/s).

    Before the first and after the last action it stands still.

    Raises:
        ValueError: If the duration is not above 0 or there are no parts.
    """
    if not (0 < duration_s < float("inf")) or count < 1:
        raise ValueError(f"a heatmap needs a duration above 0 s and a part, not {duration_s} s and {count}")
    edges_ms = np.linspace(0, duration_s * 1000, count + 1)
    if not len(script):
        return np.zeros(count)
    way = np.concatenate(([0.0], np.cumsum(np.abs(np.diff(script.pos)))))
    gone: NDArray[np.float64] = np.diff(np.interp(edges_ms, script.at_ms, way))
    return gone / (duration_s / count)


def heatmap(script: Script, duration_s: float, width: int) -> NDArray[np.uint8]:
    """Colours (width, 3), uint8 RGB, of the script's mean speed along a video of `duration_s` (s)."""
    return speed_colours(bin_speeds(script, duration_s, width))


def write_heatmap(path: Path | str, script: Script, duration_s: float | None = None, title: str = "") -> None:
    """Write a PNG with the heatmap of a script and its position below.

    Args:
        path: The PNG file.
        script: The script.
        duration_s: Length of the video (s); None for the time of the last action.
        title: What stands above it.

    Raises:
        OutputNotWritable: If the file cannot be written.
    """
    from funscribe.plots import heatmap_png

    last_s = float(script.at_ms[-1]) / 1000 if len(script) else 0.0
    length_s = duration_s or last_s or 1.0
    colours = heatmap(script, length_s, min(MOST_PARTS, math.ceil(length_s / LEAST_PART_S)))
    legend = (np.array(SPEEDS), speed_colours(SPEEDS))
    write_atomically(path, heatmap_png(script, length_s, colours, legend, title))
