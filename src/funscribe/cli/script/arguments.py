"""What the commands for scripts take alike, and how they write."""

from __future__ import annotations

from collections.abc import Iterable
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


def png(text: str) -> Path:
    """The name of a picture that is a PNG; no script can be meant by it, and so none is lost."""
    return _picture(text, (".png",))


def png_or_svg(text: str) -> Path:
    """The name of a picture that is a PNG or an SVG."""
    return _picture(text, (".png", ".svg"))


def _picture(text: str, ends: tuple[str, ...]) -> Path:
    path = Path(text)
    if path.suffix.lower() not in ends:
        raise typer.BadParameter(f"{text!r} is no name of a picture; end it in {' or '.join(ends)}")
    return path


def write_new(path: Path, script: Script, form: WriteForm | None, overwrite: bool) -> tuple[Path, ...]:
    """Write a script to files that are not there yet, unless they may be replaced.

    Raises:
        OutputNotWritable: If a file is there, and nothing has been written then; or if one cannot be written.
        ScriptInvalid: If the form has no place for an axis.
    """
    from funscribe.script.funscript import files_of, write_script

    keep_existing(files_of(path, script, form), overwrite)
    return write_script(path, script, form)


def write_back(
    opened: ReadScript, script: Script, output: Path | None, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write a changed script over the file that it was read from, in its form, or to another file.

    Raises:
        ScriptInvalid: If the form has no place for what the script holds.
        OutputNotWritable: If another file is named that is there and may not be replaced, or if the file
            cannot be written.
    """
    from funscribe.script import write_script

    if output is not None:
        keep_existing((output,), overwrite)
    target = output or opened.paths[0]
    if target.suffix.lower() == ".csv":
        return write_script(target, script, "csv")
    return write_script(target, script, None if opened.form == "csv" else opened.form)


def keep_existing(files: Iterable[Path], overwrite: bool) -> None:
    """Refuse to write files of which one is there, unless they may be replaced.

    Raises:
        OutputNotWritable: If one is there and may not be replaced.
    """
    from funscribe.errors import OutputNotWritable

    taken = [] if overwrite else [file for file in files if file.exists()]
    if taken:
        raise OutputNotWritable(f"{taken[0]} exists; replace it with --overwrite or choose another name")


def open_told(file: Path, whole_set: bool = False) -> ReadScript:
    """Read a script that is written anew, and tell each repair on stderr.

    Raises:
        ScriptInvalid: If a file cannot be read or is no script.
    """
    from funscribe.script import open_script

    opened = open_script(file, whole_set)
    for repair in opened.repairs:
        typer.echo(f"{file}: {repair}", err=True)
    return opened


def read_told(file: Path) -> Script:
    """Read a script that is only looked at, and tell on stderr if it is not quite what the file says.

    Raises:
        ScriptInvalid: If the file cannot be read or is no script.
    """
    from funscribe.script import open_script

    opened = open_script(file)
    severe = sum(repair.severe for repair in opened.repairs)
    if severe:
        faults = "a fault" if severe == 1 else f"{severe} faults"
        typer.echo(f"{file}: read with {faults} put right; see `funscribe script validate`", err=True)
    return opened.script


def time_s(text: str) -> float:
    """Seconds of a time as people write it: 83.5, 1:23.5 or 0:01:23.5."""
    from funscribe.script.chapters import parse_time

    found = parse_time(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no time; write seconds or [H:]MM:SS")
    return found
