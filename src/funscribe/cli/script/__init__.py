"""`funscribe script`: look at script files and change them; one file per command."""

from __future__ import annotations

import typer

from funscribe.cli.script.heatmap import heatmap
from funscribe.cli.script.stats import stats
from funscribe.cli.script.validate import validate

app = typer.Typer(no_args_is_help=True, help="Look at script files.")
for command in (validate, stats, heatmap):
    app.command()(command)
