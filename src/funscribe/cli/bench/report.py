"""`funscribe bench report`: the page of the benchmark and the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from funscribe.bench.report_results import Group

RESULTS = Path("docs/benchmarks.json")
IN_CHECKOUT, ELSEWHERE = Path("build/benchmarks.html"), Path("benchmarks.html")


def report(
    results: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="Results; by default docs/benchmarks.json if there is one."
        ),
    ] = None,
    history: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of saved runs; by default yours.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Write the page and its pictures here, not beside the results.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the dashboard here; by default benchmarks.html, in a checkout in build/.",
        ),
    ] = None,
) -> None:
    """Write what was measured as a page with tables and pictures, and as a dashboard with the saved runs.

    The page is made of results that a checkout of Funscribe measures. The dashboard is one HTML file that
    needs no network; it shows these results and the runs of `funscribe bench run`.
    """
    from funscribe.bench.dashboard import dashboard, write_dashboard
    from funscribe.bench.history import default_folder, read_history
    from funscribe.bench.report import write_report

    source = results or (RESULTS if RESULTS.is_file() else None)
    if source is None and out is not None:
        raise typer.BadParameter(
            f"needs results: there is no {RESULTS}, name them with --json", param_hint="-o"
        )
    if history is not None and not history.is_dir():
        raise typer.BadParameter(f"there is no folder {history}", param_hint="--history")
    groups = _groups(source)
    written = write_report(source, out or source.parent) if source is not None else []
    runs, damaged = read_history(history)
    target = html or (IN_CHECKOUT if results is None and source is not None else ELSEWHERE)
    write_dashboard(target, dashboard(groups, runs, damaged, source.name if source else RESULTS.name))
    for reason in damaged:
        typer.echo(f"damaged: {reason}", err=True)
    if not runs:
        folder = history or default_folder()
        typer.echo(f"note: no run is saved in {folder}; `funscribe bench run` makes one", err=True)
    typer.echo("\n".join(map(str, [*written[:1], target])))


def _groups(source: Path | None) -> dict[str, Group]:
    from funscribe.bench.report_results import read_results

    return read_results(source) if source is not None else {}
