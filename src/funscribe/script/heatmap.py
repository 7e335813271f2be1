"""The speed of a script as colours along the length of its video."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funscribe.files import write_atomically
from funscribe.records import Script
from funscribe.script.svg import heatmap_svg

# A stroke has every speed in it; over less than this the strip would show its shape, not how fast it is.
LEAST_PART_S = 0.5
MOST_PARTS = 700

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """Colours of speeds; between them they blend.

    Attributes:
        speeds: Speeds (K,), increasing (units/s); what is faster than the last has its colour.
        colours: The colour of each, RGB.
    """

    speeds: tuple[float, ...]
    colours: tuple[Colour, ...]


# "editor" is what editors of scripts show: black over blue and green to red at 400 units/s. "steps" is what
# tools for the collections show: a colour every 120 units/s, dark blue from 720 on.
PALETTES = {
    "editor": Palette(
        (0, 80, 160, 240, 320, 400),
        ((0, 0, 0), (30, 144, 255), (0, 255, 255), (0, 255, 0), (255, 255, 0), (255, 0, 0)),
    ),
    "steps": Palette(
        (0, 120, 240, 360, 480, 600, 720),
        (
            (0, 0, 0),
            (30, 144, 255),
            (34, 139, 34),
            (255, 215, 0),
            (220, 20, 60),
            (147, 112, 219),
            (37, 22, 122),
        ),
    ),
}
EDITOR = PALETTES["editor"]
SPEEDS, COLOURS = EDITOR


def speed_colours(speed: ArrayLike, palette: Palette = EDITOR) -> NDArray[np.uint8]:
    """Colours (N, 3), uint8 RGB, of speeds (N,) (units/s)."""
    speeds = np.asarray(speed, dtype=np.float64)
    channels = [
        np.interp(speeds, palette.speeds, [colour[c] for colour in palette.colours]) for c in range(3)
    ]
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


def heatmap(script: Script, duration_s: float, width: int, palette: Palette = EDITOR) -> NDArray[np.uint8]:
    """Colours (width, 3), uint8 RGB, of the script's mean speed along a video of `duration_s` (s)."""
    return speed_colours(bin_speeds(script, duration_s, width), palette)


def write_heatmap(
    path: Path | str,
    script: Script,
    duration_s: float | None = None,
    title: str = "",
    palette: Palette = EDITOR,
) -> None:
    """Write a picture with the heatmap of a script and its position below.

    Args:
        path: The file: SVG if its name ends so, else PNG.
        script: The script.
        duration_s: Length of the video (s); None for what the metadata say, else the last action's time.
        title: What stands above it.
        palette: Colours of speeds.

    Raises:
        OutputNotWritable: If the file cannot be written.
    """
    length_s = duration_s or video_length_s(script)
    colours = heatmap(script, length_s, min(MOST_PARTS, math.ceil(length_s / LEAST_PART_S)), palette)
    if Path(path).suffix.lower() == ".svg":
        write_atomically(path, heatmap_svg(script, length_s, colours, title))
        return
    from funscribe.plots import heatmap_png

    legend = (np.array(palette.speeds), speed_colours(palette.speeds, palette))
    write_atomically(path, heatmap_png(script, length_s, colours, legend, title))


def video_length_s(script: Script) -> float:
    """Length of the video that a script is for (s): what its metadata say, else the last action's time."""
    said = script.metadata.get("duration")
    last_s = float(script.at_ms[-1]) / 1000 if len(script) else 0.0
    return max(said if isinstance(said, int | float) else 0.0, last_s) or 1.0
