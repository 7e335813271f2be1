"""The picture of a case over the saved runs: the median as a line, from the least to the most as a band."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from funscribe.bench.charts import attribute, figure, text, ticks_of
from funscribe.bench.report_history import Change, Point, Series

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 380, 170, 56, 12, 16, 24
MOST_DOTS = 60
MOST_BORDERS = 16
COLUMNS = 300  # a curve of more points than this cannot be told from one of as many


def curve(series: Series, track: int, number: int) -> str:
    """The picture as an `<svg>` element; what a pointer over it is told comes from its data attributes.

    Args:
        series: The case.
        track: Number of its history on the page.
        number: Number of the series in that.
    """
    points = series.points
    ticks = _spaced([value for point in points for value in (point.least, point.most)])
    scale = (ticks[0], ticks[-1])
    parts = [
        f'<svg class="chart curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" tabindex="0" '
        f'aria-label="{attribute(f"{series.case} over {len(points)} runs")}" data-track="{track}" '
        f'data-series="{number}" data-x="{LEFT} {WIDTH - RIGHT}" data-y="{TOP} {HEIGHT - FOOT}" '
        f'data-v="{scale[0]!r} {scale[1]!r}">',
        *_values(ticks),
        *_times(points),
        *_borders(points),
        *_line(points, scale),
        *(_mark(change, points) for change in series.changes if change.verdict in ("slower", "faster")),
        '<g class="cursor" visibility="hidden"><path class="grid"/><circle r="4"/></g></svg>',
    ]
    return "".join(parts)


def told(change: Change) -> str:
    """A change in words."""
    longer = change.ratio - 1
    takes = f"{abs(longer):.1%} {'longer' if longer > 0 else 'less'}"
    return (
        f"{change.version}: {change.verdict}, takes {takes} than "
        f"{change.base} ({change.low - 1:+.1%} to {change.high - 1:+.1%})"
    )


def _spaced(values: Sequence[float]) -> list[float]:
    """Every other of the round numbers, where there are more than a small picture has room for."""
    ticks = ticks_of(values)
    step = -(-(len(ticks) - 1) // 4)
    if step == 1:
        return ticks
    width = ticks[1] - ticks[0]
    count = -(-(len(ticks) - 1) // step)
    return [ticks[0] + width * step * n for n in range(count + 1)]


def _values(ticks: Sequence[float]) -> list[str]:
    found = []
    for tick in ticks:
        y = _y(tick, (ticks[0], ticks[-1]))
        found.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        found.append(
            f'<text class="faint" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{figure(tick)}</text>'
        )
    return found


def _times(points: Sequence[Point]) -> list[str]:
    first, last = points[0].at, points[-1].at
    part = slice(0, 10) if first[:10] != last[:10] else slice(0, 16)
    y = HEIGHT - 7
    if len(points) == 1 or first[part] == last[part]:
        x = (LEFT + WIDTH - RIGHT) / 2
        return [f'<text class="faint" x="{x:g}" y="{y}" text-anchor="middle">{_moment(first[part])}</text>']
    return [
        f'<text class="faint" x="{LEFT}" y="{y}">{_moment(first[part])}</text>',
        f'<text class="faint" x="{WIDTH - RIGHT}" y="{y}" text-anchor="end">{_moment(last[part])}</text>',
    ]


def _moment(at: str) -> str:
    return text(at.replace("T", " "))


def _borders(points: Sequence[Point]) -> list[str]:
    """Lines where a version follows another, if there are few enough to be told apart."""
    places = [n + 1 for n, (a, b) in enumerate(pairwise(points)) if a.version != b.version]
    if not places or len(places) > MOST_BORDERS:
        return []
    lines = "".join(f"M{_x(n - 0.5, len(points)):.1f} {TOP}V{HEIGHT - FOOT}" for n in places)
    return [f'<path class="border" d="{lines}"/>']


def _line(points: Sequence[Point], scale: tuple[float, float]) -> list[str]:
    width = -(-len(points) // COLUMNS)
    columns = [points[n : n + width] for n in range(0, len(points), width)]
    x = [_x(n * width + (len(part) - 1) / 2, len(points)) for n, part in enumerate(columns)]
    middle = [_y(median(point.value for point in part), scale) for part in columns]
    low = [_y(min(point.least for point in part), scale) for part in columns]
    high = [_y(max(point.most for point in part), scale) for part in columns]
    if len(points) == 1:
        spread = f'<path class="s0 spread" d="M{x[0]:.1f} {low[0]:.1f}V{high[0]:.1f}"/>'
        return [spread, f'<circle class="s0" cx="{x[0]:.1f}" cy="{middle[0]:.1f}" r="3"/>']
    edge = [*zip(x, high, strict=True), *reversed(list(zip(x, low, strict=True)))]
    found = [
        f'<path class="band" d="{_path(edge)}Z"/>',
        f'<path class="line" d="{_path(list(zip(x, middle, strict=True)))}"/>',
    ]
    if len(points) <= MOST_DOTS:
        found += [
            f'<circle class="s0" cx="{a:.1f}" cy="{b:.1f}" r="2.2"/>' for a, b in zip(x, middle, strict=True)
        ]
    return found


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _mark(change: Change, points: Sequence[Point]) -> str:
    """A triangle above the first run of a version: it points down where that is slower."""
    x = _x(change.at, len(points))
    shape = f"M{x - 5:.1f} 3h10l-5 9z" if change.verdict == "slower" else f"M{x - 5:.1f} 12h10l-5 -9z"
    return f'<path class="{change.verdict}" d="{shape}"><title>{text(told(change))}</title></path>'


def _x(number: float, count: int) -> float:
    return LEFT + 8 + (WIDTH - RIGHT - LEFT - 16) * (number / (count - 1) if count > 1 else 0.5)


def _y(value: float, scale: tuple[float, float]) -> float:
    return HEIGHT - FOOT - (value - scale[0]) / (scale[1] - scale[0]) * (HEIGHT - FOOT - TOP)
