"""`funscribe bench run` and `bench list`: how fast this machine is, and what was saved of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.telling import STOPPED

if TYPE_CHECKING:
    from funscribe.bench.history import Row, Run
    from funscribe.bench.quick import Extent

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
_CREW_MB = 250.0  # memory that a process needs at most, with room


def run(
    quick: Annotated[bool, typer.Option("--quick", help="Half a minute, and rough figures.")] = False,
    clip: Annotated[
        Path | None, typer.Option(metavar="VIDEO", help="Measure with this video, not a drawn one.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="The model to measure; else the first there is.")
    ] = None,
    label: Annotated[str, typer.Option(metavar="TEXT", help="A name for the saved run.")] = "",
    save: Annotated[bool, typer.Option("--save/--no-save", help="Keep the run in the history.")] = True,
    json: Json = False,
) -> None:
    """Measure how fast Funscribe is on this machine, and which settings suit it; about two minutes.

    Needs no network and no files: clips are drawn once. Ctrl-C keeps what was measured.

    Exit status: 0 measured, 130 stopped.
    """
    from funscribe.bench.history import save_run
    from funscribe.bench.running import Course, finished
    from funscribe.cli.progress import share_line
    from funscribe.video import probe

    length_s = None
    if clip is not None:  # what cannot be decoded is told before anything is measured
        length_s = probe(clip).duration_s_from_header or math.inf
    with share_line("bench") as tell:
        course = Course(_extent(quick, length_s, model), clip.resolve() if clip else None, tell=tell)
        course.go()
    done = finished(course, label)
    path = save_run(done) if save else None
    if json:
        import msgspec

        from funscribe.cli.report import print_json

        print_json({"saved": str(path) if path else None, **msgspec.to_builtins(done)})
    else:
        _print(done, path)
    if done.stopped:
        raise typer.Exit(STOPPED)


def list_runs(json: Json = False) -> None:
    """Print the saved runs: machine, version and id, which `bench compare` takes."""
    from funscribe.bench.history import default_folder, read_history
    from funscribe.bench.machine import readable

    runs, damaged = read_history()
    if json:
        from funscribe.cli.report import print_json

        told = [{"id": one.id, "at": one.at, "machine": one.machine.key, "label": one.label} for one in runs]
        print_json({"folder": str(default_folder()), "runs": told, "damaged": list(damaged)})
        return
    for machine in {one.machine.key: one.machine for one in runs}.values():
        typer.echo(readable(machine))
        for one in (one for one in runs if one.machine.key == machine.key):
            count = sum(row.value is not None for row in one.rows)
            notes = ", ".join(filter(None, ("quick" * one.quick, "stopped" * one.stopped, one.label)))
            typer.echo(f"  {one.id}  {count} cases  {notes}".rstrip())
    for reason in damaged:
        typer.echo(f"damaged: {reason}", err=True)
    if not runs:
        typer.echo(f"no run is saved in {default_folder()}; `funscribe bench run` makes one")


def _extent(quick: bool, length_s: float | None, model: str | None) -> Extent:
    """Return how much there is to measure with a clip of a length (s), None for the drawn ones."""
    import psutil

    from funscribe.bench.provenance import core_count
    from funscribe.bench.quick import LONGEST_S, Extent

    path, why = _model(model)
    most = max(1, int(psutil.virtual_memory().available / 1e6 / _CREW_MB / 2))
    large = "1080p" if length_s is None else "clip"
    too_long = (length_s or 0.0) > LONGEST_S
    return Extent(quick, core_count(), min(32, most), path, why, large, too_long)


def _model(name: str | None) -> tuple[str, str]:
    """Return the path of the model to be measured, or why there is none."""
    from funscribe.detect.models import ModelStore, find_model
    from funscribe.errors import ModelError

    if name is not None:
        return str(find_model(name).path), ""
    for kept in ModelStore().names():
        try:
            return str(find_model(kept).path), ""
        except ModelError as error:
            return "", str(error)
    return "", ""


def _print(done: Run, path: Path | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from funscribe.bench.machine import readable

    table = Table("case", box=None, pad_edge=False)
    for name in ("median", "least", "most", "n", "memory"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for row in (row for row in done.rows if row.value is not None):
        table.add_row(*_cells(row), row.unit)
    console = Console()
    console.print(table)
    missing: dict[str, list[str]] = {}
    for row in done.rows:
        if row.value is None:
            missing.setdefault(row.why_not, []).append(row.case)
    for why, cases in missing.items():
        console.print(f"not measured: {', '.join(cases)}: {escape(why)}", highlight=False)
    if done.suits:
        print_suits(done)
    by = done.made_by
    console.print(f"\nFunscribe {by['funscribe']} at {by['commit']} on {escape(readable(done.machine))}")
    if path is not None:
        console.print(f"saved as {done.id}", highlight=False)


def print_suits(done: Run) -> None:
    """Print the settings that suit a machine, with what speaks for each."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("setting that suits", "value", "why", box=None, pad_edge=False)
    for suit in done.suits:
        table.add_row(suit.setting, str(suit.value), escape(suit.why))
    console = Console()
    console.print()
    console.print(table)


def _cells(row: Row) -> tuple[str, ...]:
    figures = (f"{value:,.4g}" if value is not None else "-" for value in (row.value, row.least, row.most))
    return (row.case, *figures, str(row.n), "-" if row.peak_mb is None else f"{row.peak_mb:.0f} MB")
