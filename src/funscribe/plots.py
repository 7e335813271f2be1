"""Pictures of scripts: heatmaps, and curves drawn over each other. The only door to matplotlib."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funscribe.records import Script

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#2b2f36"
FAINT = "#8a919c"
GRID = "#e6e8ec"
TRUTH = "#b9bec7"
SCRIPT = "#1769c2"
MARK = "#d9822b"
SURE = "#2f8f6b"
WEAK = 0.3  # a confidence under this is told to the user
# More points than this cannot be told apart at the width of the picture: their range is drawn instead.
MOST_POINTS = 900
COLUMNS = 800
TICK_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600)
MOST_TICKS = 14

Colours = NDArray[np.uint8]


def heatmap_png(
    script: Script, duration_s: float, colours: Colours, legend: tuple[ArrayLike, Colours], title: str = ""
) -> bytes:
    """A strip of colours for the speed along a video, and the position under it, as PNG.

    Args:
        script: The script.
        duration_s: Length of the video (s).
        colours: Colours of the strip from left to right (N, 3), uint8 RGB.
        legend: Speeds (K,), increasing (units/s), and their colours (K, 3), uint8 RGB.
        title: What stands above it.
    """
    figure = _figure(14, 3.4)
    grid = figure.add_gridspec(
        2, 1, height_ratios=(1, 2.1), hspace=0.06, left=0.045, right=0.985, top=0.83, bottom=0.135
    )
    strip, curve = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    strip.imshow(
        colours[np.newaxis], aspect="auto", extent=(0.0, duration_s, 0.0, 1.0), interpolation="bilinear"
    )
    strip.set(xlim=(0, duration_s), xticks=[], yticks=[])
    strip.spines[:].set_visible(False)
    _position_axes(curve, 0.0, duration_s)
    _draw_curve(curve, script.at_ms / 1000, script.pos, SCRIPT, 1.1)
    _legend_of_speed(figure, legend)
    figure.text(0.045, 0.905, _printable(title), fontsize=12, color=INK, fontweight="bold", parse_math=False)
    return _png(figure)


class Beside(NamedTuple):
    """What is drawn beside a script and its truth.

    Attributes:
        confidence_t_ms: Times of the confidence (N,), increasing (ms); none draws no confidence.
        confidence: How far the script is to be trusted (N,), 0..1.
        marks_ms: Times of vertical lines (K,) (ms): the ends of counted cycles.
        passages_ms: Stretches (K, 2) that are shaded: where the two differ (ms).
        labels: What the legend calls the truth and the script.
    """

    confidence_t_ms: ArrayLike = ()
    confidence: ArrayLike = ()
    marks_ms: ArrayLike = ()
    passages_ms: ArrayLike = ()
    labels: tuple[str, str] = ("truth", "script")


NOTHING = Beside()


def comparison_png(
    script: Script,
    truth_t_ms: ArrayLike,
    truth_pos: ArrayLike,
    title: str = "",
    caption: str = "",
    beside: Beside = NOTHING,
) -> bytes:
    """Truth and script drawn over each other, in rows of at most 30 s, as PNG.

    Args:
        script: The script.
        truth_t_ms: Times of the truth (N,), increasing (ms).
        truth_pos: True positions (N,), 0..100; NaN where there is no truth, which is shaded.
        title: What stands above it.
        caption: Figures beside the title.
        beside: The confidence, drawn below each row, and marks.
    """
    t_s = np.asarray(truth_t_ms, dtype=np.float64) / 1000
    truth = np.asarray(truth_pos, dtype=np.float64)
    marks_s = np.asarray(beside.marks_ms, dtype=np.float64) / 1000
    sure_s = np.asarray(beside.confidence_t_ms, dtype=np.float64) / 1000
    begin, end = _extent(np.concatenate((t_s, script.at_ms / 1000, marks_s, sure_s)))
    rows = max(1, min(8, int(np.ceil((end - begin) / 30 - 1e-9))))
    height = 1.0 + (2.15 if len(sure_s) else 1.75) * rows
    figure = _figure(14, height)
    span = (end - begin) / rows
    curves = _rows_of_axes(figure, rows, height, len(sure_s) > 0)
    for row, (ax, below) in enumerate(curves):
        extent = begin + row * span, begin + (row + 1) * span
        _position_axes(ax, *extent)
        _shade_unknown(ax, t_s, truth)
        _shade_passages(ax, np.asarray(beside.passages_ms, dtype=np.float64).reshape(-1, 2) / 1000)
        _draw_truth(ax, t_s, truth, marks_s, beside.labels[0])
        ax.plot(
            script.at_ms / 1000,
            script.pos,
            color=SCRIPT,
            linewidth=1.3,
            marker="o",
            markersize=2.2,
            label=_printable(beside.labels[1]),
        )
        if below is not None:
            _confidence_axes(below, ax, sure_s, np.asarray(beside.confidence, dtype=np.float64))
    place = 1 - 0.36 / height
    figure.text(0.045, place, _printable(title), fontsize=12, color=INK, fontweight="bold", parse_math=False)
    begin, align = (0.5, "center") if title else (0.045, "left")
    figure.text(begin, place, _printable(caption), fontsize=10, color=FAINT, ha=align, parse_math=False)
    handles = [handle for ax in curves[0] if ax for handle in ax.get_legend_handles_labels()[0]]
    figure.legend(
        handles=handles, loc="upper right", bbox_to_anchor=(0.99, 1 - 0.08 / height), ncols=3, frameon=False,
        fontsize=10, labelcolor=INK,
    )  # fmt: skip
    return _png(figure)


def _rows_of_axes(figure: Figure, rows: int, height: float, doubled: bool) -> list[tuple[Axes, Axes | None]]:
    """Axes for positions one above the other, each with a low one under it if `doubled`."""
    outer = figure.add_gridspec(
        rows, 1, left=0.045, right=0.985, top=1 - 0.6 / height, bottom=0.42 / height, hspace=0.28
    )
    if not doubled:
        return [(figure.add_subplot(outer[row]), None) for row in range(rows)]
    found: list[tuple[Axes, Axes | None]] = []
    for row in range(rows):
        inner = outer[row].subgridspec(2, 1, height_ratios=(5, 1), hspace=0.12)
        found.append((figure.add_subplot(inner[0]), figure.add_subplot(inner[1])))
    return found


def _shade_passages(ax: Axes, spans_s: NDArray[Any]) -> None:
    for begin_s, end_s in spans_s.tolist():
        ax.axvspan(begin_s, end_s, color=MARK, alpha=0.13, linewidth=0, zorder=0)


def _draw_truth(ax: Axes, t_s: NDArray[Any], truth: NDArray[Any], marks_s: NDArray[Any], label: str) -> None:
    if len(t_s):
        ax.plot(t_s, truth, color=TRUTH, linewidth=4.0, solid_capstyle="round", label=_printable(label))
    if len(marks_s):
        ax.vlines(marks_s, -4, 104, color=MARK, linewidth=1.2, alpha=0.6, label="end of a cycle", zorder=1)


def _confidence_axes(ax: Axes, above: Axes, t_s: NDArray[Any], confidence: NDArray[Any]) -> None:
    """Draw the confidence in low axes that take over the times of those above."""
    begin_s, end_s = above.get_xlim()
    _position_axes(ax, begin_s, end_s)
    above.tick_params(labelbottom=False)
    ax.set(ylim=(0, 1.04), yticks=[0, 1])
    ax.axhline(WEAK, color=MARK, linewidth=0.8, linestyle=(0, (3, 3)))
    ax.fill_between(t_s, confidence, 0, color=SURE, alpha=0.30, linewidth=0)
    ax.plot(t_s, confidence, color=SURE, linewidth=1.1, label="confidence")


def _figure(width_in: float, height_in: float) -> Figure:
    from matplotlib.figure import Figure

    # A figure of its own, without pyplot: nothing global is touched, so threads do not meet.
    return Figure(figsize=(width_in, height_in), dpi=120, facecolor="white")


def _png(figure: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # A title in a script that the font lacks shows boxes; that is no reason to alarm anybody.
        warnings.filterwarnings("ignore", message="Glyph")
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def _printable(text: str) -> str:
    # File names may hold bytes that are no text.
    return text.encode("utf-8", "replace").decode("utf-8").replace("\n", " ")


def _extent(t_s: NDArray[Any]) -> tuple[float, float]:
    if not len(t_s):
        return 0.0, 1.0
    return float(t_s.min()), max(float(t_s.max()), float(t_s.min()) + 0.001)


def _position_axes(ax: Axes, begin_s: float, end_s: float) -> None:
    """Axes with minutes and seconds from left to right and positions upwards."""
    ax.set(xlim=(begin_s, end_s), ylim=(-4, 104), yticks=[0, 50, 100])
    ticks, fine = time_ticks(begin_s, end_s)
    ax.set_xticks(ticks, [clock(tick, fine) for tick in ticks])
    ax.tick_params(colors=FAINT, labelsize=9, length=0, pad=5)
    ax.grid(color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[:].set_visible(False)


def time_ticks(begin_s: float, end_s: float) -> tuple[NDArray[np.float64], bool]:
    """Times (K,) (s) to label between two others, few enough to be read, and whether they need tenths."""
    least = (end_s - begin_s) / MOST_TICKS
    step = next((s for s in TICK_STEPS_S if s >= least), 3600 * float(np.ceil(least / 3600)))
    first, last = np.ceil(begin_s / step - 1e-6), np.floor(end_s / step + 1e-6)
    return np.arange(first, last + 1) * step, step < 1


def clock(time_s: float, fine: bool = False) -> str:
    """A time as a player shows it: m:ss or h:mm:ss, with tenths if `fine`."""
    tenths = round(time_s * 10) if fine else round(time_s) * 10
    sign, tenths = ("-" if tenths < 0 else ""), abs(tenths)
    hours, minutes, seconds = tenths // 36_000, tenths // 600 % 60, tenths // 10 % 60
    text = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{sign}{text}.{tenths % 10}" if fine else sign + text


def _draw_curve(ax: Axes, t_s: NDArray[Any], pos: NDArray[Any], colour: str, width: float) -> None:
    if len(t_s) <= MOST_POINTS:
        ax.fill_between(t_s, pos, 0, color=colour, alpha=0.10, linewidth=0)
        ax.plot(t_s, pos, color=colour, linewidth=width, solid_joinstyle="round")
        return
    edges = np.linspace(t_s[0], t_s[-1], COLUMNS + 1)
    # With the points at which the edges cut the curve no column is empty, and neighbours touch.
    cuts = np.interp(edges, t_s, pos)
    times = np.concatenate((t_s, edges))
    order = np.argsort(times, kind="stable")
    values = np.concatenate((pos, cuts))[order]
    begins = np.searchsorted(times[order], edges[:-1])
    low = np.minimum(np.minimum.reduceat(values, begins), cuts[1:])
    high = np.maximum(np.maximum.reduceat(values, begins), cuts[1:])
    high = np.maximum(high, low + 1.0)
    lows, highs = np.append(low, low[-1]), np.append(high, high[-1])
    ax.fill_between(edges, lows, highs, step="post", color=colour, linewidth=0, alpha=0.8)


def _shade_unknown(ax: Axes, t_s: NDArray[Any], truth: NDArray[Any]) -> None:
    unknown = ~np.isfinite(truth)
    if unknown.any():
        ax.fill_between(
            t_s, -4, 104, where=unknown.tolist(), color=GRID, alpha=0.6, linewidth=0, step="mid", zorder=0
        )


def _legend_of_speed(figure: Figure, legend: tuple[ArrayLike, Colours]) -> None:
    speeds, colours = np.asarray(legend[0], dtype=np.float64), legend[1]
    ax = figure.add_axes((0.745, 0.915, 0.17, 0.035))
    ramp = np.linspace(speeds[0], speeds[-1], 256)
    bar = np.stack([np.interp(ramp, speeds, colours[:, c]) for c in range(3)], axis=-1)
    ax.imshow(
        np.rint(bar).astype(np.uint8)[np.newaxis], aspect="auto", extent=(speeds[0], speeds[-1], 0.0, 1.0)
    )
    ax.set(yticks=[], xticks=speeds)
    ax.tick_params(colors=FAINT, labelsize=8, length=0, pad=2)
    ax.spines[:].set_visible(False)
    figure.text(0.924, 0.915, "units/s", fontsize=8.5, color=FAINT)
