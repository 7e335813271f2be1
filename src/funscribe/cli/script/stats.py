"""`funscribe script stats`: figures that describe a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.script.arguments import AsJson, ScriptFile, read_told

if TYPE_CHECKING:
    from funscribe.script.stats import OverLimit

# Name, format and meaning of each figure.
ROWS = (
    ("actions", "{}", ""),
    ("duration_s", "{:.1f}", "s, from the first to the last action"),
    ("active_s", "{:.1f}", "s at 5 units/s and more"),
    ("idle_percent", "{:.1f}", "% of the duration that is not active"),
    ("strokes", "{:g}", "there and back, at least 15 units deep"),
    ("strokes_per_min", "{:.1f}", "per minute of active time"),
    ("mean_speed", "{:.0f}", "units/s, way ÷ active time"),
    ("mean_segment_speed", "{:.0f}", "units/s, mean of the active segments"),
    ("median_speed", "{:.0f}", "units/s, of the active segments"),
    ("p95_speed", "{:.0f}", "units/s, of the active segments"),
    ("max_speed", "{:.0f}", "units/s"),
    ("min_interval_ms", "{}", "ms between two actions"),
    ("lowest", "{}", "lowest position"),
    ("highest", "{}", "highest position"),
)


def stats(
    file: ScriptFile,
    max_speed: Annotated[
        float | None,
        typer.Option(min=1, metavar="V", help="Also tell where it is faster than a device can be (units/s)."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Print figures that describe a script."""
    from dataclasses import asdict

    from funscribe.cli.report import print_figures, print_json
    from funscribe.script import script_stats
    from funscribe.script.stats import over_limit

    script = read_told(file)
    figures = asdict(script_stats(script))
    over = over_limit(script, max_speed) if max_speed is not None else None
    if json:
        print_json({"file": str(file), **figures, **_over(over)})
        return
    print_figures([(name, figures[name], form, note) for name, form, note in ROWS])
    if over is not None:
        print_figures(
            [
                ("over_s", over.seconds, "{:.1f}", f"s faster than {max_speed:g} units/s"),
                ("over_percent", over.percent, "{:.1f}", "% of the duration"),
            ]
        )
        for start_s, end_s, speed in over.passages:
            typer.echo(f"too fast from {start_s:.3f} s to {end_s:.3f} s: {speed:.0f} units/s")


def _over(over: OverLimit | None) -> dict[str, Any]:
    if over is None:
        return {}
    passages = [{"start_s": a, "end_s": b, "speed": speed} for a, b, speed in over.passages]
    return {"over_s": over.seconds, "over_percent": over.percent, "over": passages}
