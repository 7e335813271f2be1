"""What the commands for scripts take alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ScriptFile = Annotated[Path, typer.Argument(metavar="FILE", help="A .funscript file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
