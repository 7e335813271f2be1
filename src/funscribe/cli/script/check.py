"""`funscribe script check`: can a device play it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.script.arguments import AsJson, ScriptFile, png

if TYPE_CHECKING:
    from funscribe.devices.demand import Demand, TooMuch
    from funscribe.devices.motion import Limits
    from funscribe.devices.table import Device
    from funscribe.records import Script

SHOWN = 20


def check(
    file: ScriptFile,
    device: Annotated[
        str, typer.Option("--device", metavar="NAME", help="A row of the table: handy, launch, sr6, …")
    ],
    devices: Annotated[
        list[Path] | None,
        typer.Option("--devices", metavar="FILE", help="A table of devices of your own (TOML)."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", parser=png, metavar="OUT.png", help="Draw the script, with what is too much."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Tell where a script asks too much of a device, worst first, and what mends it.

    The exit status is 1 if it asks too much anywhere.
    """
    from funscribe.cli.report import print_json
    from funscribe.devices.demand import demand_of, remedies
    from funscribe.devices.table import device_named, limits_of, read_table
    from funscribe.script.funscript import open_script

    table = read_table(*(devices or ()))
    row = device_named(table, device)
    limits = limits_of(row, table)
    script = open_script(file, whole_set=True).script
    demand = demand_of(script, limits)
    steps = remedies(demand, limits)
    if plot is not None:
        _draw(plot, script, demand, f"{file.stem}: {row.summary}")
    if json:
        print_json(_described(file, device, row, limits, demand, steps))
    else:
        _tell(file, device, row, limits, demand, steps)
        if plot is not None:
            typer.echo(plot)
    if not demand.fits:
        raise typer.Exit(1)


def _described(
    file: Path, name: str, row: Device, limits: Limits, demand: Demand, steps: tuple[str, ...]
) -> dict[str, Any]:
    from dataclasses import asdict

    from funscribe.devices.table import unknown_of

    figures = asdict(demand)
    passages = figures.pop("passages")
    held = asdict(limits)
    del held["step"]  # of no interest here
    return {
        "file": str(file),
        "device": name,
        "limits": {**held, "unknown": unknown_of(row), "source": row.source},
        "fits": demand.fits,
        **figures,
        "passages": passages,
        "apply": steps,
    }


def _tell(file: Path, name: str, row: Device, limits: Limits, demand: Demand, steps: tuple[str, ...]) -> None:
    from funscribe.devices.table import unknown_of

    typer.echo(
        f"{row.summary}: at most {limits.max_speed:g} units/s, at least {limits.min_interval_ms} ms "
        f"between actions, from {limits.low:g} to {limits.high:g}"
    )
    for unknown in unknown_of(row):
        typer.echo(f'note: its {unknown} is unknown; the cautious one of "generic" is taken')
    for passage in demand.passages[:SHOWN]:
        typer.echo(_line(passage))
    if len(demand.passages) > SHOWN:
        typer.echo(f"and {len(demand.passages) - SHOWN} passages more (all of them with --json)")
    if demand.fits:
        typer.echo(f"{file}: {name} can play all of it")
        return
    typer.echo(f"{file}: too much for {name} in {demand.over_percent:.1f} % of the time")
    apply = " ".join(f"--apply '{step}'" for step in steps)
    typer.echo(f"to mend it: funscribe script filter {_quoted(file)} {apply}")


def _line(passage: TooMuch) -> str:
    from funscribe.plots import clock

    span = f"{clock(passage.start_s, fine=True)} to {clock(passage.end_s, fine=True)}"
    said = f"{passage.worst:.0f} units/s" if passage.kind == "speed" else f"{passage.worst:.0f} ms apart"
    axis = "" if passage.axis == "stroke" else f"{passage.axis}, "
    return f"{span:<24}{axis}{said} ({passage.times:.1f} x the limit)"


def _quoted(file: Path) -> str:
    import shlex

    return shlex.quote(str(file))


def _draw(target: Path, script: Script, demand: Demand, title: str) -> None:
    from funscribe.files import write_atomically
    from funscribe.plots import Beside, comparison_png

    spans = [(1000 * p.start_s, 1000 * p.end_s) for p in demand.passages if p.axis == "stroke"]
    caption = "shaded: too much" if spans else "all of it can be played"
    beside = Beside(passages_ms=spans, labels=("", "script"))
    write_atomically(target, comparison_png(script, (), (), title, caption, beside))
