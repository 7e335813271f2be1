"""`funscribe bench`: how well and how fast Funscribe does its job; one file per command."""

from __future__ import annotations

import typer

from funscribe.cli.bench.compare import compare
from funscribe.cli.bench.fidelity import fidelity, page
from funscribe.cli.bench.report import report
from funscribe.cli.bench.run import list_runs, run

app = typer.Typer(no_args_is_help=True, help="Measure how fast Funscribe is, and how well it does its job.")
for command in (run, compare, report, fidelity, page):
    app.command()(command)
app.command("list")(list_runs)
