"""`funscribe script validate`: is a file as players like it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.script.arguments import AsJson, Duration, write_back

if TYPE_CHECKING:
    from funscribe.records import Script
    from funscribe.script import Repair


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=".funscript or .csv files.")],
    fix: Annotated[
        bool, typer.Option("--fix", help="Write files that have faults anew, repaired, in the same place.")
    ] = False,
    duration: Duration = None,
    json: AsJson = False,
) -> None:
    """Check script files: one line for each thing that players may stumble over.

    The exit status is 1 if a file breaks the format and is not fixed.
    """
    from funscribe.cli.report import print_json

    reports = [_report(file, fix, duration) for file in files]
    if json:
        print_json({"valid": all(r["valid"] for r in reports), "files": reports})
    else:
        for report in reports:
            for problem in report["problems"]:
                typer.echo(f"{report['file']}: {problem['severity']}: {problem['text']}")
            if report["fixed"]:
                typer.echo(f"{report['file']}: fixed, {_count(report['actions'])}")
            elif report["valid"]:
                typer.echo(f"{report['file']}: valid, {_count(report['actions'])}")
            elif report["actions"] is not None:
                typer.echo(f"{report['file']}: not valid; --fix puts it right")
    if not all(r["valid"] for r in reports):
        raise typer.Exit(1)


def _count(actions: int) -> str:
    return "1 action" if actions == 1 else f"{actions} actions"


def _report(file: Path, fix: bool, duration: float | None) -> dict[str, Any]:
    from funscribe.errors import ScriptInvalid
    from funscribe.script import open_script
    from funscribe.script.passages import cut_at

    try:
        opened = open_script(file)
    except ScriptInvalid as error:
        text = str(error).removeprefix(f"{file}: ")
        problem = {"rule": "unreadable", "severity": "error", "text": text, "count": 1}
        return {"file": str(file), "valid": False, "fixed": False, "actions": None, "problems": [problem]}
    repairs = [*opened.repairs, *_beyond(opened.script, duration)]
    fixed = fix and bool(repairs)
    script = cut_at(opened.script, duration) if duration else opened.script
    if fixed:
        write_back(opened, script, None)
    problems = [
        {"rule": r.rule, "severity": "error" if r.severe else "note", "text": str(r), "count": r.count}
        for r in repairs
    ]
    return {
        "file": str(file),
        "valid": fixed or not any(r.severe for r in repairs),
        "fixed": fixed,
        "actions": len(script if fixed else opened.script),
        "problems": problems,
    }


def _beyond(script: Script, duration: float | None) -> list[Repair]:
    """What is wrong with actions after the end of the video (s), if that is known."""
    from funscribe.script.repair import Repair

    tracks = [script, *script.axes.values()] if duration else []
    late = sum(int((track.at_ms > 1000 * (duration or 0)).sum()) for track in tracks)
    return [Repair("after-end", f"actions stand after the video's {duration:g} s", late)] if late else []
