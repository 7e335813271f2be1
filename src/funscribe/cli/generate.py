"""`funscribe generate`: videos become scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.recipe import ProfileName
from funscribe.cli.targets import find_targets

if TYPE_CHECKING:
    pass

_MODEL = "What moves"
_STOPPED = 130  # as a shell tells a program that Ctrl-C ended


def generate(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Videos, or folders of videos.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Write scripts here, not beside the videos."),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Search folders to any depth.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace scripts that exist.")] = False,
    invert: Annotated[bool, typer.Option("--invert", help="Turn the scripts upside down.")] = False,
    invert_passage: Annotated[
        list[str] | None, typer.Option(metavar="START-END", help="Turn a passage upside down (s).")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes side by side; the default fills the cores."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="STAGE.OPTION=VALUE", help="Change an option; see `funscribe recipe show`."
        ),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", metavar="FILE.toml", help="Read the options from a file.")
    ] = None,
    profile: ProfileName = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH",
            help="Let a model look for things; see `funscribe models`.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    anchor: Annotated[
        str | None,
        typer.Option(metavar="CLASS", help="The thing whose place defines the axis.", rich_help_panel=_MODEL),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS,...", help="The things that move against the anchor.", rich_help_panel=_MODEL
        ),
    ] = None,
    roi: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y,W,H",
            help="Where the motion is, as parts of the picture (0..1).",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    every_frame: Annotated[
        bool,
        typer.Option(
            "--detect-every-frame",
            help="Look at every frame, not at some each second.",
            rich_help_panel=_MODEL,
        ),
    ] = False,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="HEAD",
            help="What the model's outputs mean, where it does not say.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Names of the classes, one a line.", rich_help_panel=_MODEL),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What the model runs on: cpu, cuda, ...", rich_help_panel=_MODEL),
    ] = None,
    axes: Annotated[
        str | None,
        typer.Option(metavar="AXIS,...", help="Axes to script: stroke, roll, sway, ...; a file each."),
    ] = None,
    chapters: Annotated[
        bool, typer.Option("--chapters", help="Name the passages of the video in the script.")
    ] = False,
    variants: Annotated[
        str | None,
        typer.Option(metavar="NAME,...", help="Also write these variants: soft, full, intense."),
    ] = None,
    preview: Annotated[
        Path | None, typer.Option(metavar="OUT.mp4", help="Write the video with the motion drawn in.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a video on stdout.")] = False,
) -> None:
    """Turn videos into motion scripts.

    Writes NAME.funscript beside each video, or in the folder given with -o.

    A run that was stopped goes on where it stopped; a video is never watched twice.

    Exit status: 0 all good, 1 something failed (the others are done), 2 wrong usage.
    """
    from funscribe.cli.making import Batch, Wishes
    from funscribe.cli.recipe import chosen_recipe
    from funscribe.profiles import read_profile

    suited = read_profile(profile) if profile is not None else None
    changes = list(settings or [])
    if invert:
        changes.append("script.invert=yes")
    if invert_passage:
        changes.append(f"script.invert_passages={','.join(invert_passage)}")
    named = {
        "detect.model": model,
        "motion.anchor": anchor,
        "motion.contacts": contact,
        "motion.roi": roi,
        "motion.axes": axes,
        "motion.chapters": "yes" if chapters else None,
        "detect.head": head,
        "detect.classes": classes,
        "detect.device": device,
        "detect.every_frame": "yes" if every_frame else None,
    }
    changes += [f"{path}={value}" for path, value in named.items() if value is not None]
    targets = list(find_targets(videos, output, recursive))
    if preview is not None and len(targets) != 1:
        raise typer.BadParameter(f"is of one video, and {len(targets)} are named", param_hint="--preview")
    spread = workers or (suited.run.workers if suited else 0)
    wishes = Wishes(spread, overwrite, json, preview, tuple(_words(variants)))
    batch = Batch(chosen_recipe(recipe, changes, suited), wishes)
    try:
        for target in targets:
            batch.take(target)
    except KeyboardInterrupt:
        typer.echo("funscribe: stopped; the same command goes on from here", err=True)
        raise typer.Exit(_STOPPED) from None
    if batch.failed:
        raise typer.Exit(1)


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]
