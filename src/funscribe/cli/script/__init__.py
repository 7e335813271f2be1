"""`funscribe script`: look at script files and change them; one file per command."""

from __future__ import annotations

import typer

from funscribe.cli.script import chapters
from funscribe.cli.script.check import check
from funscribe.cli.script.compare import compare
from funscribe.cli.script.convert import convert
from funscribe.cli.script.filter import filter_script
from funscribe.cli.script.heatmap import heatmap
from funscribe.cli.script.merge import merge
from funscribe.cli.script.plot import plot
from funscribe.cli.script.split import split
from funscribe.cli.script.stats import stats
from funscribe.cli.script.validate import validate

app = typer.Typer(no_args_is_help=True, help="Look at script files, and change them.")
for command in (validate, convert, merge, split, compare, stats, heatmap, plot, check):
    app.command()(command)
app.command("filter")(filter_script)
app.add_typer(chapters.app, name="chapters")
