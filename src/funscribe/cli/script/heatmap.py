"""`funscribe script heatmap`: the speed of a script as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funscribe.cli.script.arguments import ScriptFile


def heatmap(
    file: ScriptFile,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT.png", help="Default: the script's name.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option(min=0.001, help="Length of the video (s); default: the last action.")
    ] = None,
) -> None:
    """Draw the speed of a script along its video as a PNG."""
    from funscribe.script import read_script, write_heatmap

    target = output or file.with_suffix(".png")
    write_heatmap(target, read_script(file), duration, file.stem)
    typer.echo(target)
