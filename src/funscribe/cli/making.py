"""What `funscribe generate` does with each video: the script, its variants, the preview, and what is said."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from funscribe.cli.targets import Target
from funscribe.errors import FunscribeError, OutputNotWritable
from funscribe.urls import file_name, is_url, shown

if TYPE_CHECKING:
    from funscribe.pipeline import Delivered, Generated
    from funscribe.pipeline.order import Order
    from funscribe.recipe import Recipe

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
        threads: Decoder threads of each of them; 0 fills the cores.
        overwrite: Replace scripts that exist.
        json: Print one JSON object a video.
        preview: Where to write the video with the motion drawn in; None for nowhere.
        variants: Names of the variants that are written as well.
    """

    workers: int = 0
    threads: int = 0
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
        find_variants(wishes.variants)  # what is misspelt is told once, not of every video
        self._made: dict[Path, Path | str] = {}
        self.failed = False

    def take(self, target: Target | FunscribeError) -> None:
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
                self._print(shown(video or ""), {"error": str(error)})

    def _do(self, target: Target) -> None:
        from funscribe.pipeline.delivering import is_kept

        twin = self._made.get(target.script)
        if twin is not None:
            raise OutputNotWritable(
                f"{shown(target.video)}: {target.script} is already the script of {shown(twin)}; "
                "use -o for one of them"
            )
        self._made[target.script] = target.video
        self._check_preview(target)
        order = self._order(target)
        kept = is_kept(order)
        if kept:
            self._keep(target)
        if kept and self._wishes.preview is None:
            return
        delivered = self._deliver(order)
        if not kept and delivered.made is not None:
            self._tell(order, delivered, delivered.made)

    def _order(self, target: Target) -> Order:
        from funscribe.pipeline.order import Order

        return Order(
            video=str(target.video),
            script=str(target.script),
            recipe=self._recipe,
            variants=self._wishes.variants,
            overwrite=self._wishes.overwrite,
        )

    def _check_preview(self, target: Target) -> None:
        """Refuse to write the preview over a file, above all over the video."""
        preview = self._wishes.preview
        if preview is None or not preview.exists():
            return
        if Path(target.video).exists() and preview.samefile(target.video):
            raise OutputNotWritable(f"{preview} is the video itself; choose another name for the preview")
        if not self._wishes.overwrite:
            raise OutputNotWritable(f"{preview} exists; replace it with --overwrite or choose another name")

    def _keep(self, target: Target) -> None:
        note = f"{target.script} exists and is kept; --overwrite replaces it"
        if self._wishes.json:
            self._print(shown(target.video), {"script": str(target.script), "warnings": [note]})
        else:
            typer.echo(note)

    def _deliver(self, order: Order) -> Delivered:
        from funscribe.cli.progress import progress_line
        from funscribe.pipeline import deliver

        preview = self._wishes.preview
        with ExitStack() as line:
            tell = line.enter_context(progress_line(_name(order.video)))

            def draw(made: Generated) -> None:
                line.close()  # a terminal has one line of progress at a time
                if preview is not None:
                    self._draw(preview, made)

            on_made = None if preview is None else draw
            return deliver(
                order,
                workers=self._wishes.workers,
                threads=self._wishes.threads,
                on_progress=tell,
                on_made=on_made,
            )

    def _draw(self, preview: Path, made: Generated) -> None:
        from funscribe.cli.progress import progress_line
        from funscribe.pipeline import write_preview

        with progress_line(preview.name) as tell:
            write_preview(preview, made.trace, made.signal, self._recipe.video, tell, tracks=made.tracks)

    def _tell(self, order: Order, delivered: Delivered, made: Generated) -> None:
        if self._wishes.json:
            figures = {
                "script": order.script,
                "actions": delivered.actions,
                "frames": delivered.frames,
                "duration_s": round(delivered.duration_s, 3),
                "elapsed_s": round(delivered.elapsed_s, 3),
                "frames_per_s": round(delivered.frames_per_s, 1),
                "peak_rss_mb": round(delivered.peak_rss_mb, 1),
                "trace": str(made.folder),
                **_seen_by(made),
                "scripts": list(delivered.paths),
                "cached": delivered.cached,
                "warnings": list(delivered.warnings),
            }
            self._print(shown(order.video), figures)
            return
        speed = f"{delivered.duration_s / max(delivered.elapsed_s, 1e-9):.1f} x real time"
        source = "stored trace" if delivered.cached else f"{delivered.frames_per_s:.0f} frames/s, {speed}"
        typer.echo(f"{order.script}: {delivered.actions} actions, {delivered.duration_s:.1f} s ({source})")
        for path in delivered.paths[1:]:
            typer.echo(f"  {path}")
        seen = _seen_by(made)
        if seen:
            typer.echo("  {model} in {precision} on {device} ({engine}): {tracks} tracks".format(**seen))
        for warning in delivered.warnings:
            typer.echo(f"  warning: {warning}", err=True)

    def _print(self, video: str, figures: dict[str, Any]) -> None:
        from funscribe.cli.report import print_json

        blank: dict[str, Any] = dict.fromkeys(_KEYS)
        print_json({"video": video, **blank, "cached": False, "warnings": [], **figures})


def _name(video: str) -> str:
    return file_name(video) if is_url(video) else Path(video).name


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
