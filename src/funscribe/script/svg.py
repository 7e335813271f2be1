"""A heatmap as SVG: the strip of colours, the position under it, and the time along both."""

from __future__ import annotations

from html import escape
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from funscribe.plots import clock, time_ticks
from funscribe.records import Script

WIDTH, STRIP, CURVE, HEAD, FOOT = 1200, 40, 110, 26, 20
# A curve of more columns than this cannot be told from one of as many.
MOST_COLUMNS = WIDTH
_BACK, _INK, _LINE = "#ffffff", "#404040", "#1f77b4"


def heatmap_svg(script: Script, duration_s: float, colours: NDArray[np.uint8], title: str = "") -> bytes:
    """A strip of colours for the speed along a video, and the position under it, as SVG.

    Args:
        script: The script.
        duration_s: Length of the video (s).
        colours: Colours of the strip from left to right (N, 3), uint8 RGB.
        title: What stands above it.
    """
    top = HEAD if title else 4
    height = top + STRIP + CURVE + FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="{_BACK}"/>',
        *([_text(4, top - 8, title, 14)] if title else []),
        *_strip(colours, top),
        *_ticks(duration_s, top + STRIP, height),
        f'<polyline fill="none" stroke="{_LINE}" points="{_points(script, duration_s, top + STRIP)}"/>',
        "</svg>\n",
    ]
    return "\n".join(parts).encode()


def _strip(colours: NDArray[np.uint8], top: int) -> list[str]:
    """Rectangles of one colour each; neighbours of the same colour are one."""
    starts = np.flatnonzero(np.any(np.diff(colours.astype(np.int16), axis=0), axis=1)) + 1
    edges = [0, *starts.tolist(), len(colours)]
    scale = WIDTH / len(colours)
    return [
        f'<rect x="{a * scale:.2f}" y="{top}" width="{(b - a) * scale + 0.3:.2f}" height="{STRIP}" '
        f'fill="#{"".join(f"{c:02x}" for c in colours[a].tolist())}"/>'
        for a, b in pairwise(edges)
    ]


def _points(script: Script, duration_s: float, top: int) -> str:
    if not len(script):
        return ""
    x, pos = script.at_ms / 1000 / duration_s * WIDTH, script.pos.astype(np.float64)
    if len(x) > 2 * MOST_COLUMNS:
        # The highest and the lowest of each column show the same as all actions do.
        column = np.searchsorted(x, np.linspace(x[0], x[-1], MOST_COLUMNS, endpoint=False))
        column = np.unique(column)
        low, high = np.minimum.reduceat(pos, column), np.maximum.reduceat(pos, column)
        x, pos = np.repeat(x[column], 2), np.stack((low, high), axis=1).ravel()
    y = top + 4 + (100 - pos) / 100 * (CURVE - 8)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _ticks(duration_s: float, top: int, height: int) -> list[str]:
    found = []
    ticks, fine = time_ticks(0.0, duration_s)
    for tick in ticks:
        x = tick / duration_s * WIDTH
        found.append(f'<path d="M{x:.1f} {top}V{height - FOOT}" stroke="#e0e0e0"/>')
        if x < WIDTH - 30:
            found.append(_text(x + 2, height - 6, clock(tick, fine), 11))
    return found


def _text(x: float, y: float, text: str, size: int) -> str:
    # XML has no place for control characters or for bytes of a file name that are no text.
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f'<text x="{x:.1f}" y="{y}" font-size="{size}" fill="{_INK}">{escape(shown)}</text>'
