"""The part of the dashboard that shows the saved runs: a chooser, what changed, and a chart a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funscribe.bench.charts import figure
from funscribe.bench.charts_history import curve, told
from funscribe.bench.dashboard_text import Html, link, prose, table, text
from funscribe.bench.history import Run
from funscribe.bench.machine import readable
from funscribe.bench.report_history import Change, Series, Track
from funscribe.bench.report_results import pointer

MOST_RUNS = 1000
"""Runs on a page, the latest ones: so that it stays small."""

_HINT = (
    "A version is marked where the whole 99 % interval of its time, against that of the version before, is "
    "beyond 5 %. Saved runs are not measured in turns: what the machine did besides is in them. "
    "`funscribe bench compare OLD NEW` measures two revisions in turns."
)


def newest(runs: Sequence[Run]) -> tuple[tuple[Run, ...], int]:
    """Return the latest runs, as many as a page shows, and how many are left out."""
    ordered = sorted(runs, key=lambda run: (run.at, run.id))
    return tuple(ordered[-MOST_RUNS:]), max(0, len(ordered) - MOST_RUNS)


def history_part(tracks: Sequence[Track], damaged: Sequence[str], left_out: int) -> str:
    """The history; where there is none it says how one is made."""
    parts = ['<section id="history"><h2>History</h2>']
    if not tracks:
        parts.append("<p>No run is saved. <code>funscribe bench run</code> makes one, in two minutes.</p>")
    elif len(tracks) == 1:
        parts.append(f"<p>{text(_named(tracks[0]))}</p>")
    else:
        choices = "".join(f'<option value="{n}">{text(_named(one))}</option>' for n, one in enumerate(tracks))
        parts.append(f'<p><label>Machine: <select id="chooser">{choices}</select></label></p>')
    if left_out:
        parts.append(f"<p>The latest {MOST_RUNS:,} runs are shown; {left_out:,} older ones are not.</p>")
    if tracks:
        parts.append(f'<p class="faint">{prose(_HINT).markup}</p>')
    parts += [_track(track, number) for number, track in enumerate(tracks)]
    if damaged:
        lines = "".join(f"<li>{text(reason)}</li>" for reason in damaged)
        parts.append(f"<h3>Files that cannot be read</h3><ul>{lines}</ul>")
    return "".join([*parts, "</section>"])


def compact(track: Track) -> dict[str, Any]:
    """The records of a history with each run named once, for a page of many."""
    runs = {point.run: point for series in track.series for point in series.points}
    numbers = {run: number for number, run in enumerate(runs)}
    return {
        "machine": track.machine,
        "quick": track.quick,
        "clip": track.clip,
        "runs": [{"id": p.run, "at": p.at, "version": p.version, "label": p.label} for p in runs.values()],
        "series": [
            {
                "case": one.case,
                "what": one.what,
                "unit": one.unit,
                "run": [numbers[point.run] for point in one.points],
                "value": [_short(point.value) for point in one.points],
                "least": [_short(point.least) for point in one.points],
                "most": [_short(point.most) for point in one.points],
                "n": [point.n for point in one.points],
            }
            for one in track.series
        ],
    }


def _track(track: Track, number: int) -> str:
    parts = [f'<div data-history="{number}">']
    changed = [(n, one) for n, one in enumerate(track.series) if _latest(one) is not None]
    worse = [(n, one) for n, one in changed if (change := _latest(one)) and change.verdict == "slower"]
    parts.append(_regressions(worse, changed, number))
    rows = [
        (pointer("history", number, "series", n), _cells(one, pointer("history", number, "series", n)))
        for n, one in enumerate(track.series)
    ]
    head = ("case", "what", "latest", "least", "most", "", "version", "against the one before")
    parts.append(
        f'<details class="card"><summary>Latest figures</summary>{table(head, rows, (2, 3, 4))}</details>'
    )
    cards = [
        f'<div class="card"><h3>{text(one.case)}</h3>'
        f'<div class="faint">{_latest_figure(one, number, n)}</div>{curve(one, number, n)}</div>'
        for n, one in enumerate(track.series)
    ]
    parts.append(f'<div class="curves">{"".join(cards)}</div>')
    if track.not_measured:
        rows_not = [("", (case, why)) for case, why in track.not_measured.items()]
        shown = table(("case", "why"), rows_not)
        parts.append(f'<h3>Not measured by the latest run</h3><div class="card">{shown}</div>')
    return "".join([*parts, "</div>"])


def _regressions(
    worse: Sequence[tuple[int, Series]], changed: Sequence[tuple[int, Series]], number: int
) -> str:
    if not changed:
        return (
            "<p>There are not enough figures of two versions to compare the latest with the one before.</p>"
        )
    if not worse:
        return f"<p>The latest version is shown to be slower in none of {len(changed)} cases.</p>"
    lines = "".join(
        f'<li><a href="#{text(pointer("history", number, "series", n))}">{text(one.case)}</a>: '
        f'<span class="worse">{text(told(change))}</span></li>'
        for n, one in worse
        if (change := _latest(one)) is not None
    )
    return f'<div class="card"><h3>Slower than the version before</h3><ul>{lines}</ul></div>'


def _latest(series: Series) -> Change | None:
    """What the latest version changed, if it was compared."""
    last = series.changes[-1] if series.changes else None
    return last if last is not None and last.version == series.points[-1].version else None


def _cells(series: Series, where: str) -> list[str | Html]:
    last, change = series.points[-1], _latest(series)
    shown = [link(where, figure(value)) for value in (last.value, last.least, last.most)]
    kind = {"slower": "worse", "faster": "better"}.get(change.verdict, "") if change else ""
    words = told(change) if kind and change else change.verdict if change else ""
    return [
        series.case,
        prose(series.what),
        *shown,
        series.unit,
        last.version,
        Html(f'<span class="{kind}">{text(words)}</span>'),
    ]


def _latest_figure(series: Series, track: int, number: int) -> str:
    shown = link(pointer("history", track, "series", number), figure(series.points[-1].value))
    return f"{shown.markup} {text(series.unit)}, {'more' if series.more_is_better else 'less'} is better"


def _named(track: Track) -> str:
    kind = "quick runs" if track.quick else "runs"
    clip = f" of {track.clip}" if track.clip else ""
    return f"{readable(track.machine)}: {track.runs:,} {kind}{clip}"


def _short(value: float) -> float:
    return float(f"{value:.5g}")
