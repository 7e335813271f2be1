"""`funscribe script plot`: the positions of a script as a picture, beside another one's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funscribe.cli.script.arguments import ScriptFile, png, read_told


def plot(
    file: ScriptFile,
    beside: Annotated[
        Path | None, typer.Option("--with", metavar="OTHER", help="Another script, drawn behind it.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", parser=png, metavar="OUT.png", help="Default: NAME.plot.png."),
    ] = None,
) -> None:
    """Draw the positions of a script, in rows of 30 s and more, as a PNG."""
    from funscribe.files import write_atomically
    from funscribe.plots import Beside, comparison_png

    script = read_told(file)
    other = None if beside is None else read_told(beside)
    labels = Beside(labels=("" if beside is None else beside.name, file.name))
    times, positions = ((), ()) if other is None else (other.at_ms, other.pos)
    target = output or file.with_suffix(".plot.png")
    write_atomically(target, comparison_png(script, times, positions, file.stem, beside=labels))
    typer.echo(target)
