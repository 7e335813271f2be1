"""`funscribe script merge`: several axes in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from funscribe.cli.script.arguments import Overwrite, open_told, write_new


def merge(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="A file an axis; its name tells which (NAME.roll.funscript), or AXIS=FILE.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The new file.")],
    form: Annotated[
        Literal["1.1", "2.0"] | None,
        typer.Option(help="1.1 has the axes by code, 2.0 by name. Default: 1.1 if all axes have codes."),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Put axes that lie in a file each into one file."""
    import numpy as np

    from funscribe.records import Script
    from funscribe.script.axes import STROKE, axis_code
    from funscribe.script.formats.sets import join_axes
    from funscribe.script.repair import Repair

    axes = {}
    for word in files:
        name, file = _axis_and_file(word)
        if name in axes:
            raise typer.BadParameter(f"two files for the axis {name}; name one")
        axes[name] = open_told(file).script
    repairs: list[Repair] = []
    stroke = axes.pop(STROKE, None) or Script(np.empty(0), np.empty(0))
    script = join_axes(stroke, axes, repairs)
    for repair in repairs:
        typer.echo(f"{output}: {repair}", err=True)
    whole = form or ("1.1" if all(map(axis_code, script.axes)) else "2.0")
    for path in write_new(output, script, whole, overwrite):
        typer.echo(path)


def _axis_and_file(word: Path) -> tuple[str, Path]:
    from funscribe.script.axes import STROKE, axis_named
    from funscribe.script.formats.sets import split_name

    told, equals, file = str(word).partition("=")
    if equals and told and not word.exists():
        return axis_named(told) or told, Path(file)
    return split_name(word)[1] or STROKE, word
