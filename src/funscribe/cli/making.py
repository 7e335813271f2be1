"""What `funscribe generate` does with each video: the script, its variants, the preview, and what is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from funscribe.cli.targets import Target, make_home
from funscribe.errors import FunscribeError, OutputNotWritable

if TYPE_CHECKING:
    from funscribe.pipeline import Generated
    from funscribe.recipe import Recipe
    from funscribe.records import Script

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
    "scripts",
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a command line asks for beside the recipe.

    Attributes:
        workers: Processes side by side; 0 fills the cores.
        overwrite: Replace scripts that exist.
        json: Print one JSON object a video.
        preview: Where to write the video with the motion drawn in; None for nowhere.
        variants: Names of the variants that are written as well.
    """

    workers: int = 0
    overwrite: bool = False
    json: bool = False
    preview: Path | None = None
    variants: tuple[str, ...] = ()


class Batch:
    """The videos of one command line, done one after another.

    Raises:
        FilterInvalid: There is no variant of a name.
    """

    def __init__(self, recipe: Recipe, wishes: Wishes) -> None:
        from funscribe.script.variants import find_variants

        self._recipe = recipe
        self._wishes = wishes
        self._variants = find_variants(wishes.variants)
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
            if self._wishes.json:
                self._print(str(video or ""), {"error": str(error)})

    def _do(self, target: Target) -> None:
        from funscribe.files import exclusive

        twin = self._made.get(target.script)
        if twin is not None:
            raise OutputNotWritable(
                f"{target.video}: {target.script} is already the script of {twin}; use -o for one of them"
            )
        self._made[target.script] = target.video
        self._check_preview(target)
        paths = [target.script, *(_variant_path(target.script, one.name) for one in self._variants)]
        there = all(path.exists() for path in paths)
        kept = there and not self._wishes.overwrite and target.video.is_file()
        if kept:
            self._keep(target)
        if kept and self._wishes.preview is None:
            return
        make_home(target.script)
        with exclusive(target.script):
            self._make(target, kept)

    def _check_preview(self, target: Target) -> None:
        """Refuse to write the preview over a file, above all over the video."""
        preview = self._wishes.preview
        if preview is None or not preview.exists():
            return
        if target.video.exists() and preview.samefile(target.video):
            raise OutputNotWritable(f"{preview} is the video itself; choose another name for the preview")
        if not self._wishes.overwrite:
            raise OutputNotWritable(f"{preview} exists; replace it with --overwrite or choose another name")

    def _keep(self, target: Target) -> None:
        note = f"{target.script} exists and is kept; --overwrite replaces it"
        if self._wishes.json:
            self._print(str(target.video), {"script": str(target.script), "warnings": [note]})
        else:
            typer.echo(note)

    def _make(self, target: Target, kept: bool) -> None:
        from funscribe.cli.progress import progress_line
        from funscribe.pipeline import generate as generate_script
        from funscribe.pipeline import write_preview
        from funscribe.script import write_script

        with progress_line(target.video.name) as tell:
            made = generate_script(target.video, self._recipe, workers=self._wishes.workers, on_progress=tell)
        if self._wishes.preview is not None:
            with progress_line(self._wishes.preview.name) as tell:
                write_preview(
                    self._wishes.preview,
                    made.trace,
                    made.signal,
                    self._recipe.video,
                    tell,
                    tracks=made.tracks,
                )
        if kept:
            return
        scripts = self._scripts(target, made)
        for path, script in scripts.items():
            if self._wishes.overwrite or not path.exists():
                write_script(path, script)
        self._tell(target, made, list(scripts))

    def _scripts(self, target: Target, made: Generated) -> dict[Path, Script]:
        """Return every script to be written: a file for each axis, and as many again for each variant."""
        from funscribe.script.formats.sets import parts_of_set
        from funscribe.script.variants import make_variant

        scripts = dict(parts_of_set(made.script, target.script))
        for variant in self._variants:
            other = make_variant(made.script, variant)
            scripts |= parts_of_set(other, _variant_path(target.script, variant.name))
        return scripts

    def _tell(self, target: Target, made: Generated, paths: list[Path]) -> None:
        duration_s = float(made.trace.time_s[-1])
        if self._wishes.json:
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
                "scripts": [str(path) for path in paths],
                "cached": made.cached,
                "warnings": list(made.warnings),
            }
            self._print(str(target.video), figures)
            return
        speed = f"{duration_s / max(made.elapsed_s, 1e-9):.1f} x real time"
        source = "stored trace" if made.cached else f"{made.frames_per_s:.0f} frames/s, {speed}"
        typer.echo(f"{target.script}: {len(made.script)} actions, {duration_s:.1f} s ({source})")
        for path in paths[1:]:
            typer.echo(f"  {path}")
        seen = _seen_by(made)
        if seen:
            typer.echo("  {model} in {precision} on {device} ({engine}): {tracks} tracks".format(**seen))
        for warning in made.warnings:
            typer.echo(f"  warning: {warning}", err=True)

    def _print(self, video: str, figures: dict[str, Any]) -> None:
        from funscribe.cli.report import print_json

        blank: dict[str, Any] = dict.fromkeys(_KEYS)
        print_json({"video": video, **blank, "cached": False, "warnings": [], **figures})


def _variant_path(script: Path, name: str) -> Path:
    return script.with_name(f"{script.stem}.{name}.funscript")


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
