"""What the commands for models have in common: their arguments, and how a model is told of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from funscribe.detect.models import ModelFile

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Model = Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model that was added, or a file.")]

MB = 1e6
STOPPED = 130  # as a shell tells a program that Ctrl-C ended


@contextmanager
def stoppable(words: str) -> Iterator[None]:
    """Say what is left when Ctrl-C ends the block, and end as a shell expects it."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"funscribe: {words}", err=True)
        raise typer.Exit(STOPPED) from None


def described(file: ModelFile) -> dict[str, Any]:
    """What is printed of a model as JSON."""
    from dataclasses import asdict

    return {**asdict(file), "path": str(file.path)}
