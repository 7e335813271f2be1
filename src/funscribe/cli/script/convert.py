"""`funscribe script convert`: a script in another form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from funscribe.cli.script.arguments import Duration, Overwrite, ScriptFile, open_told, write_new


def convert(
    file: ScriptFile,
    output: Annotated[Path, typer.Argument(metavar="OUT", help="The new file; .csv or .funscript.")],
    form: Annotated[
        Literal["1.0", "1.1", "2.0", "csv", "set", "set-of-codes"] | None,
        typer.Option(
            help="1.1 has the other axes by code, 2.0 by name; a set has a file an axis, named by axis or "
            "by T-code. Default: a set, which is one file for one axis."
        ),
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Leave out files of other axes beside FILE (NAME.roll.funscript).")
    ] = False,
    duration: Duration = None,
    overwrite: Overwrite = False,
) -> None:
    """Write a script in another form, repaired where it has to be.

    The files of the other axes that belong to FILE are read too.
    """
    from funscribe.script.passages import cut_at

    opened = open_told(file, whole_set=not alone)
    script = cut_at(opened.script, duration) if duration else opened.script
    for path in write_new(output, script, form, overwrite):
        typer.echo(path)
