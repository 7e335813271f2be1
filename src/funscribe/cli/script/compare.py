"""`funscribe script compare`: how alike two scripts are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.script.arguments import AsJson, png, read_told

if TYPE_CHECKING:
    from funscribe.pipeline import Comparison

MOST_SHOWN = 20


def compare(
    script: Annotated[Path, typer.Argument(metavar="A", help="A .funscript or .csv file.")],
    other: Annotated[Path, typer.Argument(metavar="B", help="The one that it is measured by.")],
    align: Annotated[
        bool, typer.Option("--align", help="First move A in time so that it fits B best, by up to 10 s.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(parser=png, metavar="OUT.png", help="Draw both over each other.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Print how alike two scripts are, and the passages in which they differ."""
    from funscribe.cli.report import print_figures, print_json
    from funscribe.pipeline import compare_scripts, write_script_comparison
    from funscribe.plots import clock

    one, two = read_told(script), read_told(other)
    found = compare_scripts(one, two, align)
    if plot is not None:
        write_script_comparison(plot, one, two, found, (script.name, other.name))
    figures = _figures(found)
    if json:
        print_json({"script": str(script), "other": str(other), **figures, "passages": _passages(found)})
        return
    rows = (
        ("r", "{:.3f}", "median |Pearson r| of 10 s windows, the lag taken out"),
        ("lag_ms", "{:.0f}", "ms that A is late, after the shift"),
        ("shift_ms", "{:d}", "ms that A was moved back by first (--align)"),
        ("sign", "{:+d}", "-1 is upside down"),
        ("f1", "{:.3f}", "of the turning points, within 80 ms"),
        ("t_ms", "{:.0f}", "ms, median time error of the turning points"),
        ("depth_rank", "{:.2f}", "rank correlation of the depths of strokes"),
        ("mean_error", "{:.1f}", "units, mean distance of the positions"),
        ("matched", "{}", "turning points that both have"),
        ("extra", "{}", "turning points that B does not have"),
        ("missed", "{}", "turning points that A does not have"),
    )
    print_figures([(name, figures[name], form, note) for name, form, note in rows])
    worst = sorted(found.passages, key=lambda p: p.error * (p.end_s - p.start_s), reverse=True)[:MOST_SHOWN]
    for passage in sorted(worst, key=lambda p: p.start_s):
        span = f"{clock(passage.start_s, fine=True)} to {clock(passage.end_s, fine=True)}"
        typer.echo(f"differs from {span}, by {passage.error:.0f} units on average")
    if len(found.passages) > MOST_SHOWN:
        typer.echo(f"and in {len(found.passages) - MOST_SHOWN} lesser passages; --json has them all")


def _figures(found: Comparison) -> dict[str, Any]:
    scores = found.scores
    names = ("r", "lag_ms", "sign", "f1", "t_ms", "matched", "extra", "missed")
    return {
        **{name: getattr(scores, name) for name in names},
        "depth_rank": found.depth_rank,
        "mean_error": found.mean_error,
        "shift_ms": found.shift_ms,
    }


def _passages(found: Comparison) -> list[dict[str, float]]:
    return [{"start_s": p.start_s, "end_s": p.end_s, "error": p.error} for p in found.passages]
