"""`funscribe generate`: videos become scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.recipe import ProfileName
from funscribe.cli.targets import Target, find_targets, make_home
from funscribe.errors import FunscribeError, OutputNotWritable

if TYPE_CHECKING:
    from funscribe.pipeline import Generated
    from funscribe.recipe import Recipe

_MODEL = "What moves"
_STOPPED = 130  # as a shell tells a program that Ctrl-C ended
_KEYS = (
    "script",
    "actions",
    "frames",
    "duration_s",
    "elapsed_s",
    "frames_per_s",
    "peak_rss_mb",
    "trace",
    "model",
    "engine",
    "device",
    "precision",
    "tracks",
)


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
    batch = _Batch(chosen_recipe(recipe, changes, suited), spread, overwrite, json, preview)
    try:
        for target in targets:
            batch.take(target)
    except KeyboardInterrupt:
        typer.echo("funscribe: stopped; the same command goes on from here", err=True)
        raise typer.Exit(_STOPPED) from None
    if batch.failed:
        raise typer.Exit(1)


class _Batch:
    """The videos of one command line, done one after another."""

    def __init__(
        self, recipe: Recipe, workers: int, overwrite: bool, json: bool, preview: Path | None
    ) -> None:
        self._recipe = recipe
        self._workers = workers
        self._overwrite = overwrite
        self._json = json
        self._preview = preview
        self._made: dict[Path, Path] = {}
        self.failed = False

    def take(self, target: Target | FileNotFoundError) -> None:
        """Do one video; what goes wrong with it is told, and the next one can follow."""
        from funscribe.cli.report import complain

        video = target.video if isinstance(target, Target) else None
        try:
            if not isinstance(target, Target):
                raise target
            self._do(target)
        except FunscribeError as error:
            self.failed = True
            complain(error)
            if self._json:
                self._print(str(video or ""), {"error": str(error)})

    def _do(self, target: Target) -> None:
        from funscribe.files import exclusive

        twin = self._made.get(target.script)
        if twin is not None:
            raise OutputNotWritable(
                f"{target.video}: {target.script} is already the script of {twin}; use -o for one of them"
            )
        self._made[target.script] = target.video
        kept = target.script.exists() and not self._overwrite and target.video.is_file()
        if kept:
            self._keep(target)
        if kept and self._preview is None:
            return
        make_home(target.script)
        with exclusive(target.script):
            self._make(target, kept)

    def _keep(self, target: Target) -> None:
        note = f"{target.script} exists and is kept; --overwrite replaces it"
        if self._json:
            self._print(str(target.video), {"script": str(target.script), "warnings": [note]})
        else:
            typer.echo(note)

    def _make(self, target: Target, kept: bool) -> None:
        from funscribe.cli.progress import progress_line
        from funscribe.pipeline import generate as generate_script
        from funscribe.pipeline import write_preview
        from funscribe.script import write_script

        with progress_line(target.video.name) as tell:
            made = generate_script(target.video, self._recipe, workers=self._workers, on_progress=tell)
        if self._preview is not None:
            with progress_line(self._preview.name) as tell:
                write_preview(
                    self._preview, made.trace, made.signal, self._recipe.video, tell, tracks=made.tracks
                )
        if not kept:
            write_script(target.script, made.script)
            self._tell(target, made)

    def _tell(self, target: Target, made: Generated) -> None:
        duration_s = float(made.trace.time_s[-1])
        if self._json:
            figures = {
                "script": str(target.script),
                "actions": len(made.script),
                "frames": len(made.trace),
                "duration_s": round(duration_s, 3),
                "elapsed_s": round(made.elapsed_s, 3),
                "frames_per_s": round(made.frames_per_s, 1),
                "peak_rss_mb": round(made.peak_rss_mb, 1),
                "trace": str(made.folder),
                **_seen_by(made),
                "cached": made.cached,
                "warnings": list(made.warnings),
            }
            self._print(str(target.video), figures)
            return
        speed = f"{duration_s / max(made.elapsed_s, 1e-9):.1f} x real time"
        source = "stored trace" if made.cached else f"{made.frames_per_s:.0f} frames/s, {speed}"
        typer.echo(f"{target.script}: {len(made.script)} actions, {duration_s:.1f} s ({source})")
        seen = _seen_by(made)
        if seen:
            typer.echo("  {model} in {precision} on {device} ({engine}): {tracks} tracks".format(**seen))
        for warning in made.warnings:
            typer.echo(f"  warning: {warning}", err=True)

    def _print(self, video: str, figures: dict[str, Any]) -> None:
        from funscribe.cli.report import print_json

        blank: dict[str, Any] = dict.fromkeys(_KEYS)
        print_json({"video": video, **blank, "cached": False, "warnings": [], **figures})


def _seen_by(made: Generated) -> dict[str, Any]:
    """Return which model looked, and how it really ran."""
    by = made.trace.made_by
    if made.trace.detections is None:
        return {}
    tracks = 0 if made.tracks is None else len(set(made.tracks.track_id.tolist()))
    return {
        "model": by.model,
        "engine": by.engine,
        "device": by.device,
        "precision": by.precision,
        "tracks": tracks,
    }
