"""`funscribe generate`: videos become scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funscribe.cli import arguments as given
from funscribe.cli.targets import find_targets
from funscribe.cli.telling import stoppable


def generate(
    videos: given.Videos,
    output: given.Output = None,
    recursive: given.Recursive = False,
    overwrite: given.Overwrite = False,
    invert: given.Invert = False,
    invert_passage: given.InvertPassage = None,
    workers: given.Workers = None,
    threads: given.Threads = None,
    settings: given.Settings = None,
    recipe: given.RecipeFile = None,
    profile: given.ProfileName = None,
    model: given.Model = None,
    anchor: given.Anchor = None,
    contact: given.Contact = None,
    roi: given.Region = None,
    every_frame: given.EveryFrame = False,
    head: given.Head = None,
    classes: given.Classes = None,
    device: given.Device = None,
    axes: given.Axes = None,
    chapters: given.Chapters = False,
    variants: given.Variants = None,
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

    suited = given.suited_profile(profile, recipe)
    shortcuts = given.Shortcuts(
        invert=invert,
        invert_passage=invert_passage,
        model=model,
        anchor=anchor,
        contact=contact,
        roi=roi,
        axes=axes,
        chapters=chapters,
        head=head,
        classes=classes,
        device=device,
        every_frame=every_frame,
    )
    chosen = given.chosen_recipe(recipe, [*(settings or []), *shortcuts.settings()], suited)
    targets = list(find_targets(videos, output, recursive))
    if preview is not None and len(targets) != 1:
        raise typer.BadParameter(f"is of one video, and {len(targets)} are named", param_hint="--preview")
    wishes = Wishes(
        workers=workers or (suited.run.workers if suited else 0),
        threads=threads or (suited.run.threads if suited else 0),
        overwrite=overwrite,
        json=json,
        preview=preview,
        variants=given.words(variants),
    )
    batch = Batch(chosen, wishes)
    with stoppable("stopped; the same command goes on from here"):
        for target in targets:
            batch.take(target)
    if batch.failed:
        raise typer.Exit(1)
