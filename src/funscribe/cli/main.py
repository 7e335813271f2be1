"""`funscribe`: the commands, and how their errors are told."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from funscribe import __version__
from funscribe.cli import batch, bench, cache, models, recipe, script
from funscribe.cli.doctor import doctor
from funscribe.cli.evaluate import evaluate
from funscribe.cli.generate import generate
from funscribe.cli.play import play
from funscribe.cli.report import complain
from funscribe.errors import FunscribeError

app = typer.Typer(
    name="funscribe",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn any video into a motion script (funscript).",
)
app.command()(generate)
app.command()(evaluate)
app.command()(play)
app.command()(doctor)
app.add_typer(batch.app, name="batch")
app.add_typer(script.app, name="script")
app.add_typer(recipe.app, name="recipe")
app.add_typer(cache.app, name="cache")
app.add_typer(models.app, name="models")
app.add_typer(bench.app, name="bench")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"funscribe {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Turn any video into a motion script (funscript)."""


def run() -> None:
    """Run the command line; an error of ours is one line on stderr and exit status 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file name may hold any bytes
    try:
        app()
    except FunscribeError as error:
        complain(error)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has gone: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
