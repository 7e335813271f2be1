"""`funscribe script validate`: is a file as players like it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from funscribe.cli.script.arguments import AsJson


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
