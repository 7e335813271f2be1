"""Pictures of figures as SVG: single measurements as dots on a common axis, and their spread as lines.

The bytes depend on nothing but the figures. Colours are classes, so that a page can give them its own; a
picture that stands alone brings a style for light and one for dark.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape

import msgspec
from msgspec import Struct

from funscribe.bench.report_results import Detail
from funscribe.bench.tables import Cell

WIDTH, ROW, FOOT, RIGHT, LEGEND = 720, 20, 40, 24, 20
MOST_LABEL = 46
MOST_SERIES = 6
_GLYPH = 6.3  # mean width of a letter at 11 px, on the large side
_TICKS = 6

# A title that begins or ends so says that all figures of its table have one unit.
_UNIT_FIRST = re.compile(r"(Microseconds|Milliseconds|Seconds|Megabytes|Frames a second)\b")
_UNIT_LAST = re.compile(r"\((%|px|ms|s|MB|units/s)\)$")

# Of other tables, the columns that have a unit in common.
COMMON: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("scenes", "Synthetic scenes"): ("r and f1", ("r", "worst local r", "f1")),
    ("mot", "MOT17-val"): ("points", ("HOTA", "MOTA", "IDF1")),
    ("occlusion", "Tracks of one thing"): ("px", ("jitter, median", "worst", "to the ends, median")),
    ("distractors", "r of the scenes"): (
        "r",
        (
            "without a model", "without roles", "hybrid, median", "hybrid, worst", "bytetrack, median",
            "bytetrack, worst",
        ),
    ),
    ("formats", "Script of an hour"): ("ms", ("median ms", "slowest ms")),
}  # fmt: skip

STYLE = """<style>
svg{--back:#fff;--ink:#24292f;--faint:#6a737d;--grid:#e4e7eb;--s0:#1769c2;--s1:#c2571a;--s2:#2f8f6b;\
--s3:#8a4fbf;--s4:#a3811a;--s5:#b8336a}
@media(prefers-color-scheme:dark){svg{--back:#14171c;--ink:#dfe3e8;--faint:#98a2ad;--grid:#2c323a;\
--s0:#6aaef5;--s1:#f0945a;--s2:#5ec9a0;--s3:#c099ec;--s4:#d9bb55;--s5:#f07fab}}
.back{fill:var(--back)}
</style>"""
RULES = "".join(
    [
        ".chart text{font:11px system-ui,sans-serif;fill:var(--ink)}.chart .faint{fill:var(--faint)}",
        ".chart .grid{stroke:var(--grid);fill:none}",
        *(f".chart .s{n}{{fill:var(--s{n});stroke:var(--s{n})}}" for n in range(MOST_SERIES)),
        ".chart .spread{stroke-width:2;opacity:.45}",
    ]
)


class Series(Struct, frozen=True):
    """The figures of one name (N,), and how far each spreads; None where there is none."""

    name: str
    values: tuple[float | None, ...]
    spread: tuple[tuple[float, float] | None, ...] = ()


class Plot(Struct, frozen=True):
    """What a picture shows: a line of dots for each label, a colour for each series."""

    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]


def plot_of(key: str, table: Detail) -> Plot | None:
    """Return the picture of a table, or None where its figures have no axis in common.

    Args:
        key: The row of the benchmark that it belongs to.
        table: The single measurements.
    """
    unit, wanted = COMMON.get((key, table.title), ("", ()))
    told = _UNIT_FIRST.match(table.title) or _UNIT_LAST.search(table.title)
    unit = unit or (told.group(1).lower() if told and _UNIT_FIRST.match(table.title) else "")
    unit = unit or (told.group(1) if told else "")
    figures = [i for i, _ in enumerate(table.columns) if _numeric([row[i] for row in table.rows])]
    columns = [i for i in figures if not wanted or table.columns[i] in wanted]
    table = msgspec.structs.replace(
        table, rows=tuple(row for row in table.rows if any(row[i] is not None for i in columns))
    )
    labels = tuple(_label(row[: min(figures, default=0)]) for row in table.rows)
    count = sum(row[i] is not None for row in table.rows for i in columns)
    if not unit or count < 2:
        return None
    series = _series(table, columns)
    if len(series) > MOST_SERIES and len(labels) <= MOST_SERIES:
        across = zip(*(one.values for one in series), strict=True)
        turned = tuple(Series(name, values) for name, values in zip(labels, across, strict=True))
        return Plot(table.title, unit, tuple(one.name for one in series), turned)
    return Plot(table.title, unit, labels, series) if len(series) <= MOST_SERIES else None


def dots(plot: Plot) -> str:
    """The picture as an `<svg>` element without a style."""
    shown = [_shortened(label) for label in plot.labels]
    left = round(16 + _GLYPH * max(map(len, shown), default=0))
    named = len(plot.series) > 1 or any(one.spread for one in plot.series)
    top = (LEGEND * len(_legend_rows(plot.series, left)) + 8) if named else 8
    height = top + ROW * len(shown) + FOOT
    ticks = ticks_of([v for one in plot.series for v in (*_known(one.values), *_ends(one.spread))])
    parts = [
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{attribute(plot.title)}">',
        f'<rect class="back" width="{WIDTH}" height="{height}" fill="none"/>',
        *(_legend(plot.series, left) if named else []),
        *_axis(ticks, plot.unit, (left, top), height),
    ]
    lines = "".join(f"M{left} {top + ROW * n + ROW / 2:g}H{WIDTH - RIGHT}" for n, _ in enumerate(shown))
    parts.append(f'<path class="grid" d="{lines}"/>')
    for number, label in enumerate(shown):
        y = top + ROW * number + ROW / 2
        parts.append(f'<text x="{left - 8}" y="{y + 4:g}" text-anchor="end">{text(label)}</text>')
        parts += _marks(plot, number, (left, y), (ticks[0], ticks[-1]))
    return "\n".join([*parts, "</svg>"])


def as_file(svg: str) -> bytes:
    """The bytes of a picture that stands alone, readable on light and on dark."""
    head, _, rest = svg.partition("\n")
    style = STYLE.replace("</style>", f"{RULES}\n</style>")
    return f"{head}\n{style}\n{rest}\n".encode()


def ticks_of(values: Sequence[float]) -> list[float]:
    """Return round numbers (K,), at least two, that reach from below the least value to above the largest.

    They begin at 0 unless the values are all in the upper part of what lies between it and the largest.
    """
    least, most = (min(values), max(values)) if values else (0.0, 1.0)
    if 0 <= least < 0.6 * most or least == most:
        least, most = min(least, 0.0), max(most, 0.0)
    if least == most:
        most = least + 1.0
    span = most - least
    power = 10.0 ** math.floor(math.log10(span / _TICKS))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= span / _TICKS * (1 - 1e-9))
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return [round(step * n, digits) for n in range(first, max(last, first + 1) + 1)]


def text(words: str) -> str:
    """Words as XML takes them: no markup, and nothing that XML has no place for."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words))


attribute = text  # html.escape takes quotation marks too


def figure(value: float) -> str:
    """A figure as it is written beside a mark."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _series(table: Detail, columns: Sequence[int]) -> tuple[Series, ...]:
    names = {table.columns[i]: i for i in columns}

    def of(name: str) -> tuple[float | None, ...]:
        return tuple(_number(row[names[name]]) for row in table.rows)

    if {"median", "least", "most"} <= set(names):
        spread = tuple(
            None if low is None or high is None else (low, high)
            for low, high in zip(of("least"), of("most"), strict=True)
        )
        others = [name for name in names if name not in ("median", "least", "most")]
        return Series("median, least to most", of("median"), spread), *(Series(n, of(n)) for n in others)
    return tuple(Series(name, of(name)) for name in names)


def _numeric(cells: Sequence[Cell]) -> bool:
    numbers = [_number(cell) is not None for cell in cells if cell is not None]
    return bool(numbers) and all(numbers)


def _number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None


def _label(cells: Sequence[Cell]) -> str:
    return ", ".join(str(cell) for cell in cells if cell is not None)


def _shortened(label: str) -> str:
    return label if len(label) <= MOST_LABEL else label[: MOST_LABEL - 1] + "…"


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _ends(spread: Sequence[tuple[float, float] | None]) -> list[float]:
    return [end for one in spread if one is not None for end in one]


def _legend_rows(series: Sequence[Series], left: int) -> list[list[tuple[int, float]]]:
    """Places (series, x) in as many lines as the names need."""
    rows: list[list[tuple[int, float]]] = [[]]
    x = float(left)
    for number, one in enumerate(series):
        width = 28 + 1.05 * _GLYPH * len(_shortened(one.name))
        if rows[-1] and x + width > WIDTH - 8:
            rows.append([])
            x = float(left)
        rows[-1].append((number, x))
        x += width
    return rows


def _legend(series: Sequence[Series], left: int) -> list[str]:
    return [
        f'<circle class="s{number}" cx="{x + 5:.1f}" cy="{LEGEND * line + 12}" r="4"/>'
        f'<text x="{x + 14:.1f}" y="{LEGEND * line + 16}">{text(_shortened(series[number].name))}</text>'
        for line, row in enumerate(_legend_rows(series, left))
        for number, x in row
    ]


def _axis(ticks: Sequence[float], unit: str, corner: tuple[int, int], height: int) -> list[str]:
    left, top = corner
    bottom = height - FOOT
    found = []
    for tick in ticks:
        x = _x(tick, left, (ticks[0], ticks[-1]))
        found.append(f'<path class="grid" d="M{x:.1f} {top}V{bottom}"/>')
        found.append(
            f'<text class="faint" x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{figure(tick)}</text>'
        )
    middle = (left + WIDTH - RIGHT) / 2
    found.append(
        f'<text class="faint" x="{middle:.1f}" y="{bottom + 32}" text-anchor="middle">{text(unit)}</text>'
    )
    return found


def _marks(plot: Plot, number: int, place: tuple[int, float], extent: tuple[float, float]) -> list[str]:
    left, y = place
    found = []
    for index, one in enumerate(plot.series):
        value = one.values[number]
        if value is None:
            continue
        told = f"{plot.labels[number]}: {one.name} {figure(value)}"
        if one.spread and (ends := one.spread[number]) is not None:
            low, high = (_x(end, left, extent) for end in ends)
            found.append(f'<path class="s{index} spread" d="M{low:.1f} {y:g}H{high:.1f}"/>')
            told += f" ({figure(ends[0])} to {figure(ends[1])})"
        x = _x(value, left, extent)
        found.append(
            f'<circle class="s{index}" cx="{x:.1f}" cy="{y:g}" r="4" fill-opacity="0.75">'
            f"<title>{text(told)}</title></circle>"
        )
    return found


def _x(value: float, left: int, extent: tuple[float, float]) -> float:
    return left + (value - extent[0]) / (extent[1] - extent[0]) * (WIDTH - RIGHT - left)
