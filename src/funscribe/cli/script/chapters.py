"""`funscribe script chapters`: list, name, move and change the chapters of a script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.script.arguments import (
    AsJson,
    Overwrite,
    ScriptFile,
    open_told,
    read_told,
    time_s,
    write_back,
)

if TYPE_CHECKING:
    from funscribe.records import Chapter, Script
    from funscribe.script import ReadScript

app = typer.Typer(no_args_is_help=True, help="List, name, move and change the chapters of a script.")

Which = Annotated[str, typer.Argument(metavar="CHAPTER", help="Its number in the list, or its name.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="OUT", help="Write here, not over FILE.")
]
TIME = "[H:]MM:SS"


@app.command("list")
def list_chapters(file: ScriptFile, json: AsJson = False) -> None:
    """List the chapters with their mean speed."""
    from funscribe.cli.report import print_json
    from funscribe.plots import clock
    from funscribe.script.passages import passage_speed

    script = read_told(file)
    rows = [(c, passage_speed(script, c.start_s, c.end_s)) for c in script.chapters]
    if json:
        said = [{"name": c.name, "start_s": c.start_s, "end_s": c.end_s, "mean_speed": v} for c, v in rows]
        print_json({"file": str(file), "chapters": said})
        return
    if not rows:
        typer.echo(f"{file}: no chapters", err=True)
    for number, (c, speed) in enumerate(rows, 1):
        span = f"{clock(c.start_s, fine=True)} to {clock(c.end_s, fine=True)}"
        typer.echo(f"{number:>3}  {span:<22}{speed:>6.0f} units/s  {c.name}")


@app.command()
def add(
    file: ScriptFile,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    start: Annotated[float, typer.Argument(parser=time_s, metavar="START", help=f"Where it begins, {TIME}.")],
    end: Annotated[float, typer.Argument(parser=time_s, metavar="END", help=f"Where it ends, {TIME}.")],
    output: Output = None,
    overwrite: Overwrite = False,
) -> None:
    """Add a chapter."""
    opened = _open(file, output)
    chapters = (*opened.script.chapters, _chapter(name, start, end))
    _write(opened, replace(opened.script, chapters=_in_order(chapters)), output, overwrite)


@app.command()
def remove(file: ScriptFile, chapter: Which, output: Output = None, overwrite: Overwrite = False) -> None:
    """Take a chapter away; its actions stay."""
    opened = _open(file, output)
    index = _index(opened.script.chapters, chapter)
    chapters = opened.script.chapters
    _write(
        opened, replace(opened.script, chapters=chapters[:index] + chapters[index + 1 :]), output, overwrite
    )


@app.command()
def edit(
    file: ScriptFile,
    chapter: Which,
    name: Annotated[str | None, typer.Option(help="Call it so.")] = None,
    start: Annotated[float | None, typer.Option(parser=time_s, metavar=TIME, help="Begin there.")] = None,
    end: Annotated[float | None, typer.Option(parser=time_s, metavar=TIME, help="End there.")] = None,
    invert: Annotated[bool, typer.Option("--invert", help="Turn its actions upside down.")] = False,
    amplitude: Annotated[
        float | None, typer.Option(min=0, max=100, help="Multiply the distance from the middle.")
    ] = None,
    silence: Annotated[bool, typer.Option("--silence", help="Hold still in it, on all axes.")] = False,
    output: Output = None,
    overwrite: Overwrite = False,
) -> None:
    """Name or move a chapter, or change the actions in it (after it has been moved)."""
    opened = _open(file, output)
    script = opened.script
    index = _index(script.chapters, chapter)
    old = script.chapters[index]
    new = _chapter(
        old.name if name is None else name,
        old.start_s if start is None else start,
        old.end_s if end is None else end,
    )
    chapters = (*script.chapters[:index], new, *script.chapters[index + 1 :])
    script = _changed(replace(script, chapters=_in_order(chapters)), new, invert, amplitude, silence)
    _write(opened, script, output, overwrite)


def _changed(
    script: Script, chapter: Chapter, invert: bool, amplitude: float | None, silence: bool
) -> Script:
    from funscribe.script.filters import apply, parse_all
    from funscribe.script.passages import silence_passage

    span = (chapter.start_s, chapter.end_s)
    steps = ["invert"] if invert else []
    if amplitude is not None:
        steps.append(f"amplify(factor={amplitude})")
    if steps:
        script = apply(script, parse_all(steps), *span)
    if silence:
        axes = {name: silence_passage(axis, *span) for name, axis in script.axes.items()}
        script = replace(silence_passage(script, *span), axes=axes)
    return script


def _open(file: Path, output: Path | None) -> ReadScript:
    from funscribe.errors import ScriptInvalid

    if (output or file).suffix.lower() == ".csv":
        raise ScriptInvalid(f"{output or file}: CSV has no place for chapters; name a .funscript with -o")
    return open_told(file)


def _write(opened: ReadScript, script: Script, output: Path | None, overwrite: bool) -> None:
    for path in write_back(opened, script, output, overwrite):
        typer.echo(path)


def _index(chapters: tuple[Chapter, ...], which: str) -> int:
    found = [index for index, chapter in enumerate(chapters) if chapter.name == which]
    if len(found) == 1:
        return found[0]
    if not found and which.isdecimal() and 1 <= int(which) <= len(chapters):
        return int(which) - 1
    wrong = "several chapters are called" if found else "there is no chapter"
    raise typer.BadParameter(f"{wrong} {which!r}; the file has {len(chapters)}, choose one by its number")


def _chapter(name: str, start_s: float, end_s: float) -> Chapter:
    from funscribe.records import Chapter

    if not start_s < end_s:
        raise typer.BadParameter(f"a chapter must start before it ends: {start_s:g} s, {end_s:g} s")
    return Chapter(name, start_s, end_s)


def _in_order(chapters: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
    return tuple(sorted(chapters, key=lambda chapter: (chapter.start_s, chapter.end_s)))
