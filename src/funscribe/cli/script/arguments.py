"""What the commands for scripts take alike, and how they write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from funscribe.records import Script
    from funscribe.script import ReadScript
    from funscribe.script.funscript import WriteForm

ScriptFile = Annotated[Path, typer.Argument(metavar="FILE", help="A .funscript or .csv file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
Duration = Annotated[
    float | None, typer.Option(min=0.001, metavar="S", help="Length of the video (s); no action after it.")
]


def write_new(path: Path, script: Script, form: WriteForm | None, overwrite: bool) -> tuple[Path, ...]:
    """Write a script to files that are not there yet, unless they may be replaced.

    Raises:
        OutputNotWritable: If a file is there, and nothing has been written then; or if one cannot be written.
        ScriptInvalid: If the form has no place for an axis.
    """
    from funscribe.errors import OutputNotWritable
    from funscribe.script.funscript import files_of, write_script

    taken = [file for file in files_of(path, script, form) if file.exists()]
    if taken and not overwrite:
        raise OutputNotWritable(f"{taken[0]} exists; replace it with --overwrite or choose another name")
    return write_script(path, script, form)


def write_back(opened: ReadScript, script: Script, output: Path | None) -> tuple[Path, ...]:
    """Write a changed script over the file that it was read from, in its form, or to another file.

    Raises:
        ScriptInvalid: If the form has no place for what the script holds.
        OutputNotWritable: If the file cannot be written.
    """
    from funscribe.script import write_script

    target = output or opened.paths[0]
    if target.suffix.lower() == ".csv":
        return write_script(target, script, "csv")
    return write_script(target, script, None if opened.form == "csv" else opened.form)


def time_s(text: str) -> float:
    """Seconds of a time as people write it: 83.5, 1:23.5 or 0:01:23.5."""
    from funscribe.script.chapters import parse_time

    found = parse_time(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no time; write seconds or [H:]MM:SS")
    return found
