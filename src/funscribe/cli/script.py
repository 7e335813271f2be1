"""`funscribe script`: look at script files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="Look at script files.")

ScriptFile = Annotated[Path, typer.Argument(metavar="FILE", help="A .funscript file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=".funscript files.")],
    json: AsJson = False,
) -> None:
    """Check script files: one line for each thing that players may stumble over.

    The exit status is 1 if a file breaks the format.
    """
    from funscribe.cli.report import print_json

    reports = [_report(file) for file in files]
    if json:
        print_json({"valid": all(r["valid"] for r in reports), "files": reports})
    else:
        for report in reports:
            for problem in report["problems"]:
                typer.echo(f"{report['file']}: {problem['severity']}: {problem['text']}")
            if report["valid"]:
                typer.echo(f"{report['file']}: valid, {report['actions']} actions")
    if not all(r["valid"] for r in reports):
        raise typer.Exit(1)


@app.command()
def stats(file: ScriptFile, json: AsJson = False) -> None:
    """Print figures that describe a script."""
    from dataclasses import asdict

    from funscribe.cli.report import print_figures, print_json
    from funscribe.script import read_script, script_stats

    figures = asdict(script_stats(read_script(file)))
    if json:
        print_json({"file": str(file), **figures})
        return
    rows = (
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
    print_figures([(name, figures[name], form, note) for name, form, note in rows])


@app.command()
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


def _report(file: Path) -> dict[str, Any]:
    from funscribe.errors import ScriptInvalid
    from funscribe.script import check_script

    try:
        script, repairs = check_script(file)
    except ScriptInvalid as error:
        text = str(error).removeprefix(f"{file}: ")
        problem = {"rule": "unreadable", "severity": "error", "text": text, "count": 1}
        return {"file": str(file), "valid": False, "actions": None, "problems": [problem]}
    problems = [
        {"rule": r.rule, "severity": "error" if r.severe else "note", "text": str(r), "count": r.count}
        for r in repairs
    ]
    return {
        "file": str(file),
        "valid": not any(r.severe for r in repairs),
        "actions": len(script),
        "problems": problems,
    }
