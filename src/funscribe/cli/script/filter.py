"""`funscribe script filter`: change a script, or a passage of it, step by step."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.script.arguments import (
    AsJson,
    Overwrite,
    keep_existing,
    open_told,
    png,
    time_s,
    write_back,
)

if TYPE_CHECKING:
    from funscribe.records import Script
    from funscribe.script.filters import Step

TIME = "[H:]MM:SS"
EVERY_AXIS = "all"
# What is drawn of a script before and after a passage that was changed.
BESIDE_S = 3.0
# The figures of a script that are told before and after.
TOLD = (
    "actions", "duration_s", "idle_percent", "strokes_per_min", "mean_speed", "max_speed", "min_interval_ms",
    "lowest", "highest",
)  # fmt: skip


def filter_script(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A .funscript or .csv file.", show_default=False)
    ] = None,
    apply: Annotated[
        list[str] | None,
        typer.Option("--apply", metavar="STEP", help="A filter: 'simplify(tolerance=2)'; repeatable."),
    ] = None,
    start: Annotated[
        float | None, typer.Option("--from", parser=time_s, metavar=TIME, help="Change it from there only.")
    ] = None,
    end: Annotated[
        float | None, typer.Option("--to", parser=time_s, metavar=TIME, help="Change it up to there only.")
    ] = None,
    axis: Annotated[
        list[str] | None,
        typer.Option("--axis", metavar="NAME", help="Axis that is changed, or all; default: stroke."),
    ] = None,
    beats: Annotated[
        Path | None,
        typer.Option(
            "--beats",
            metavar="MEDIA",
            help="Beats for `snap`: from the sound of a file, or a time (s) a line.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Default: NAME.filtered.funscript."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", parser=png, metavar="OUT.png", help="Draw what was and what is."),
    ] = None,
    overwrite: Overwrite = False,
    show: Annotated[bool, typer.Option("--list", help="List the filters and their options.")] = False,
    json: AsJson = False,
) -> None:
    """Change a script step by step, and print figures of what was and what is.

    A passage is joined to what lies outside, which stays as it is.
    """
    from funscribe.cli.report import print_json
    from funscribe.files import write_atomically
    from funscribe.script.filters import parse_all

    if show:
        _list(json)
        return
    if file is None or not apply:
        raise typer.BadParameter("name a script and --apply a filter to it, or ask for --list")
    target = output or file.with_suffix(f".filtered{file.suffix}")
    steps = parse_all(apply)
    keep_existing((target,), overwrite)
    opened = open_told(file)
    axes = _axes(opened.script, file, axis or ["stroke"])
    steps = _with_beats(steps, beats)
    script, figures = _filtered(opened.script, axes, steps, (start, end))
    if all(_same(_axis(opened.script, name), _axis(script, name)) for name in axes):
        typer.echo(f"{file}: the steps change nothing there{_extent(opened.script)}", err=True)
    paths = write_back(opened, script, target, overwrite)
    if plot:
        before, after = (_around(_axis(one, axes[0]), start, end) for one in (opened.script, script))
        write_atomically(plot, _picture(before, after, file.stem, ", ".join(map(str, steps))))
    if json:
        written = [str(path) for path in paths]
        print_json({"file": str(file), "output": written, "steps": [str(s) for s in steps], "axes": figures})
        return
    for name, pair in figures.items():
        _print(name, pair)
    for path in (*paths, *([plot] if plot else [])):
        typer.echo(path)


def _filtered(
    script: Script, axes: list[str], steps: tuple[Step, ...], span: tuple[float | None, float | None]
) -> tuple[Script, dict[str, Any]]:
    """The script with some axes changed, and the figures of each before and after."""
    from funscribe.script import script_stats
    from funscribe.script.filters import apply

    figures = {}
    for name in axes:
        before = _axis(script, name)
        after = apply(before, steps, *span)
        figures[name] = {"before": asdict(script_stats(before)), "after": asdict(script_stats(after))}
        script = after if name == "stroke" else replace(script, axes={**script.axes, name: after})
    return script, figures


def _axis(script: Script, name: str) -> Script:
    return script if name == "stroke" else script.axes[name]


def _same(one: Script, other: Script) -> bool:
    return one.actions == other.actions


def _extent(script: Script) -> str:
    """From where to where a script goes, for one who looks in the wrong place."""
    from funscribe.plots import clock

    if not len(script):
        return ": the script has no actions"
    first, last = (clock(float(at) / 1000, fine=True) for at in script.at_ms[[0, -1]])
    return f"; the script goes from {first} to {last}"


def _axes(script: Script, file: Path, wanted: list[str]) -> list[str]:
    """Names of the axes that are changed, each once."""
    from funscribe.errors import ScriptInvalid
    from funscribe.script.axes import axis_named

    held = ["stroke", *(name for name in script.axes if name != "stroke")]
    found: dict[str, None] = {}
    for word in wanted:
        name = axis_named(word) or word
        if name not in held and name != EVERY_AXIS:
            raise ScriptInvalid(f"{file} has no axis {word!r}; it has {', '.join(held)}")
        found |= dict.fromkeys(held if name == EVERY_AXIS else [name])
    return list(found)


def _with_beats(steps: tuple[Step, ...], source: Path | None) -> tuple[Step, ...]:
    """The steps, with beats where one asks for them and has none."""
    import msgspec

    from funscribe.errors import FilterInvalid
    from funscribe.pipeline.beats import beats_of
    from funscribe.script.filters import Step
    from funscribe.script.filters.snap import SnapOptions

    open_ = [isinstance(s.options, SnapOptions) and not (s.options.beats_s or s.options.bpm) for s in steps]
    if source is None and any(open_):
        raise FilterInvalid("snap has no beats; give it --beats FILE, or set beats_s=[...] or bpm=...")
    if source is None:
        return steps
    if not any(open_):
        raise FilterInvalid("--beats are for a step `snap` without beats of its own, and there is none")
    beats = beats_of(source)
    return tuple(
        Step(s.name, msgspec.structs.replace(s.options, beats_s=beats)) if wants else s
        for s, wants in zip(steps, open_, strict=True)
    )


def _around(script: Script, start_s: float | None, end_s: float | None) -> Script:
    """What of a script is drawn: all, or a passage and a little beside it."""
    from funscribe.script.filters.filter import only

    first = -1 if start_s is None else (start_s - BESIDE_S) * 1000
    last = script.at_ms.max(initial=0) if end_s is None else (end_s + BESIDE_S) * 1000
    return only(script, (script.at_ms >= first) & (script.at_ms <= last))


def _picture(before: Script, after: Script, title: str, steps: str) -> bytes:
    from funscribe.plots import Beside, comparison_png

    caption = steps if len(steps) <= 80 else steps[:77] + "..."
    labels = Beside(labels=("before", "after"))
    return comparison_png(after, before.at_ms, before.pos, title, caption, labels)


def _print(axis: str, pair: dict[str, dict[str, Any]]) -> None:
    from funscribe.cli.script.stats import ROWS

    typer.echo(f"{axis:<20}{'before':>10}{'after':>10}")
    for name, form, note in ROWS:
        if name not in TOLD:
            continue
        cells = ("-" if pair[when][name] is None else form.format(pair[when][name]) for when in pair)
        typer.echo(f"{name:<20}{''.join(f'{cell:>10}' for cell in cells)}  {note}".rstrip())


def _list(json: bool) -> None:
    import msgspec

    from funscribe.cli.report import print_json
    from funscribe.recipe import options_of
    from funscribe.script.filters import filter_names, load_filter

    known = {name: load_filter(name) for name in filter_names()}
    if json:
        print_json(
            {
                name: {
                    "summary": found.summary,
                    "options": msgspec.to_builtins(list(options_of(found.options()))),
                }
                for name, found in known.items()
            }
        )
        return
    for name, found in known.items():
        typer.echo(f"{name}: {found.summary}")
        for option in options_of(found.options()):
            value = option.value if option.value != () else "[]"
            typer.echo(
                f"  {option.path}={value}  {option.meaning}{', ' + option.bounds if option.bounds else ''}"
            )
