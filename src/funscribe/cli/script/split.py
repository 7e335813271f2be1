"""`funscribe script split`: a file for each axis."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funscribe.cli.script.arguments import Overwrite, ScriptFile, open_told, write_new


def split(
    file: ScriptFile,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Write here, not beside FILE.")
    ] = None,
    codes: Annotated[
        bool, typer.Option("--codes", help="Name the files by T-code: NAME.R1.funscript.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Put each axis of a file into a file of its own: NAME.funscript, NAME.roll.funscript and so on."""
    # The stroke takes the place of the file that holds all, if it lies in the same folder.
    target = file if output is None else output / file.name
    for path in write_new(target, open_told(file).script, "set-of-codes" if codes else "set", overwrite):
        typer.echo(path)
