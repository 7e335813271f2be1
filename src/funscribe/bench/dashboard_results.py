"""The parts of the dashboard that show results: asked and reached, and the single measurements."""

from __future__ import annotations

from funscribe.bench.charts import dots, plot_of
from funscribe.bench.dashboard_text import Html, link, prose, table, text
from funscribe.bench.report_results import (
    Detail,
    Group,
    Results,
    is_figure,
    measured,
    missing,
    origin,
    pointer,
)
from funscribe.bench.tables import Cell


def results_part(groups: Results) -> str:
    """The table of what was asked and reached, and what was not measured."""
    there = measured(groups)
    lines = [line for group in there.values() for line in group.lines]
    missed = sum(line.met is False for line in lines)
    reached = sum(line.met is True for line in lines)
    rows = [
        (pointer("results", key, "lines", number), _cells(key, number, group))
        for key, group in there.items()
        for number, _ in enumerate(group.lines)
    ]
    told = f"{reached} targets reached, {missed} missed, {len(lines) - reached - missed} figures without one."
    parts = ['<section id="results"><h2>Asked and reached</h2>']
    if rows:
        shown = table(("what", "asked", "reached", "", "measured by"), rows, (1, 2))
        parts += [f'<p>{told}</p><div class="card">{shown}</div>']
    else:
        parts += [
            "<p>There are no results: they are made in a checkout, by tests/benchmarks/foundation.py.</p>"
        ]
    absent = missing(groups) if groups else {}
    if absent:
        words = [(("", (key, why or "not measured yet"))) for key, why in absent.items()]
        parts.append(f'<h3>Not measured</h3><div class="card">{table(("row", "why"), words)}</div>')
    return "".join([*parts, "</section>"])


def details_part(groups: Results) -> str:
    """How each row was measured, on what, and the single measurements."""
    parts = ['<section id="details"><h2>Measurements</h2>']
    for key, group in measured(groups).items():
        parts.append(
            f'<details class="card" id="{text(pointer("row", key))}"><summary>{text(key)}</summary>'
            f"<p>{prose(group.how).markup}</p><p><code>{text(group.command)}</code></p>"
            f'<p class="faint">{text(origin(group.made_by))} '
            f"{link(pointer('results', key), 'All of it').markup}</p>"
        )
        parts += [_detail(key, index, one) for index, one in enumerate(group.details)]
        parts.append("</details>")
    return "".join([*parts, "</section>"])


def _cells(key: str, number: int, group: Group) -> list[str | Html]:
    line = group.lines[number]
    where = pointer("results", key, "lines", number)
    met = "" if line.met is None else "reached" if line.met else "missed"
    kind = "met" if line.met else "missed"
    return [
        prose(line.what),
        link(where, line.asked) if line.asked else "",
        link(where, line.reached),
        Html(f'<span class="{kind}">{met}</span>' if met else ""),
        Html(f'<a href="#{text(pointer("row", key))}">{text(key)}</a>'),
    ]


def _detail(key: str, index: int, one: Detail) -> str:
    where = [pointer("results", key, "details", index, "rows", number) for number, _ in enumerate(one.rows)]
    rows = [(place, [_cell(place, cell) for cell in row]) for place, row in zip(where, one.rows, strict=True)]
    figures = [
        n for n, _ in enumerate(one.columns) if any(isinstance(row[n], int | float) for row in one.rows)
    ]
    plot = plot_of(key, one)
    return f"<h3>{text(one.title)}</h3>{table(one.columns, rows, figures)}" + (
        f'<div class="scroll">{dots(plot)}</div>' if plot else ""
    )


def _cell(where: str, cell: Cell) -> str | Html:
    words = "" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)
    return link(where, words) if is_figure(cell) else words
