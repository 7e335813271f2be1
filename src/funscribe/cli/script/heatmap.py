"""`funscribe script heatmap`: the speed of a script as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from funscribe.cli.script.arguments import ScriptFile, png_or_svg, read_told


def heatmap(
    file: ScriptFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            parser=png_or_svg,
            metavar="OUT",
            help=".png or .svg; default: NAME.heatmap.png.",
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(
            min=0.001, metavar="S", help="Length of the video (s); default: what the script says of it."
        ),
    ] = None,
    palette: Annotated[
        Literal["editor", "steps"],
        typer.Option(help="editor: black over blue and green to red at 400; steps: a colour a 120 units/s."),
    ] = "editor",
) -> None:
    """Draw the speed of a script along its video, and its position, as a PNG or SVG."""
    from funscribe.script import write_heatmap
    from funscribe.script.heatmap import PALETTES

    target = output or file.with_suffix(".heatmap.png")
    write_heatmap(target, read_told(file), duration, file.stem, PALETTES[palette])
    typer.echo(target)
