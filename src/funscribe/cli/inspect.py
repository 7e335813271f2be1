"""`funscribe models inspect`: what a model is, and how fast it runs here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.telling import MB, Json, Model, described

if TYPE_CHECKING:
    from funscribe.detect.inspection import Inspection
    from funscribe.detect.models import ModelFile

_SHOWN = 12  # classes that are printed
_SHOWN_ABOVE = ("names", "license")
_LENGTH = 300  # of a value that is printed


def inspect(
    model: Model,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="detect.OPTION=VALUE", help="Run it so: detect.device=gpu, for example."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print what a model takes, gives and says of itself, and how fast it runs here."""
    from dataclasses import asdict

    from funscribe.cli.arguments import chosen_recipe
    from funscribe.cli.progress import share_line
    from funscribe.cli.report import print_json
    from funscribe.detect.inspection import inspect as look
    from funscribe.detect.models import find_model

    options = chosen_recipe(None, settings).detect
    file = find_model(model)
    with share_line(file.name) as tell:
        seen = look(file.path, options, None if tell is None else lambda share: tell(share, "dry run"))
    if json:
        print_json({**described(file), **asdict(seen)})
    else:
        _print_inspection(file, seen)


def _print_inspection(file: ModelFile, seen: Inspection) -> None:
    speed = seen.speed
    classes = ", ".join(seen.classes[:_SHOWN])
    more = f", and {len(seen.classes) - _SHOWN} more" if len(seen.classes) > _SHOWN else ""
    rows = [
        ("model", file.name),
        ("file", f"{file.path} ({file.size / MB:.1f} MB)"),
        ("SHA-256", file.sha256),
        ("origin", file.origin),
        ("remark", file.remark),
        *(("input", str(spec)) for spec in seen.inputs),
        *(("output", str(spec)) for spec in seen.outputs),
        ("head", seen.head or f"unknown: {seen.why}"),
        ("classes", f"{len(seen.classes)}: {classes}{more}" if seen.classes else "it names none"),
        ("licence", seen.licence or "it does not say"),
        *(
            ("it says", f"{name}: {value}")
            for name, value in sorted(seen.metadata.items())
            if name not in _SHOWN_ABOVE
        ),
        ("runs on", f"{speed.engine}, {speed.device}, {speed.precision}"),
        ("speed", f"{speed.pictures_per_s:.1f} pictures/s ({speed.ms:.1f} ms for {speed.batch_shape})"),
    ]
    for name, value in rows:
        if value:
            typer.echo(f"{name:<14}{value if len(value) <= _LENGTH else value[:_LENGTH] + ' ...'}")
