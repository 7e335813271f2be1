"""`funscribe bench fidelity` and `bench page`: how well scripts follow the motion."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from funscribe.bench import Clip, Report
    from funscribe.recipe import Recipe

DATA = Path("../shared/data")
DOCS = Path("docs")


def fidelity(
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of real clips: quva, jumprope, pendulum, exercise."),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Write fidelity.json and the pictures here.")
    ] = Path("fidelity"),
    work: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep scenes and traces here, not in the user's cache.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Measure only this clip or group; repeatable.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Clips side by side; the default fills the cores.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="STAGE.OPTION=VALUE", help="Change an option.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
    docs: Annotated[
        bool, typer.Option("--docs", help="Write docs/fidelity.* too (for developers, in a checkout).")
    ] = False,
) -> None:
    """Measure how well scripts follow the motion of scenes and real clips.

    Scenes are drawn and need nothing; real clips are taken from --data.

    Writes fidelity.json and a picture of every clip with truth and script over each other.
    """
    from funscribe.bench import absent, write_report
    from funscribe.bench.page import RESULTS, is_checkout, write_page
    from funscribe.cli.arguments import chosen_recipe

    if docs and (only or settings):
        raise typer.BadParameter(
            "shows all clips as they come; leave --only and --set out", param_hint="--docs"
        )
    if docs and not is_checkout(DOCS):
        raise typer.BadParameter(
            "is of a checkout; run it in the folder that holds docs", param_hint="--docs"
        )
    clips = _clips(data, only or [])
    job = _Job(out, work, chosen_recipe(None, settings), workers or 0)
    report = job.run(clips, () if only else absent(clips))
    write_report(out / RESULTS, report)
    if docs:
        write_report(DOCS / RESULTS, report)
        write_page(DOCS)
    _print(report, json)


def page() -> None:
    """Write docs/fidelity.md anew from the results that are there (for developers, in a checkout)."""
    from funscribe.bench import write_page

    typer.echo(write_page(DOCS))


def _clips(data: Path | None, only: list[str]) -> list[Clip]:
    from funscribe.bench import choose, find_clips

    folder = data or DATA
    if not folder.is_dir():
        if data is not None:
            raise typer.BadParameter(f"there is no folder {data}", param_hint="--data")
        note = "note: the real clips are not measured; name their folder with --data"
        typer.echo(note, err=True)
    try:
        return choose(find_clips(folder if folder.is_dir() else None), only)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--only") from None


@dataclass(frozen=True, slots=True)
class _Job:
    """How clips are to be measured."""

    out: Path
    work: Path | None
    recipe: Recipe
    workers: int

    def run(self, clips: list[Clip], not_measured: tuple[str, ...]) -> Report:
        from funscribe.bench import Job, default_work, make_folder, measure, report_of

        make_folder(self.out)
        work = make_folder(self.work or default_work())
        jobs = [Job(clip, work, self.recipe, self.out) for clip in clips]
        with _counter(len(jobs)) as tell:
            scores = measure(jobs, self.workers, tell)
        return report_of(scores, self.recipe, not_measured)


@contextmanager
def _counter(total: int) -> Iterator[Callable[[str], None] | None]:
    """Show on stderr how many clips are done, where a person is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=total)
        yield lambda name: bar.update(task, advance=1, description=name)


def _print(report: Report, json: bool) -> None:
    from funscribe.bench import as_dict, clip_tables, summary
    from funscribe.bench.tables import of_lines, plain

    if json:
        from funscribe.cli.report import print_json

        print_json(as_dict(report))
        return
    shown = [plain(table) for table in (*clip_tables(report), of_lines(summary(report)))]
    typer.echo("\n".join(shown), nl=False)
    if report.not_measured:
        typer.echo(f"\nNot measured: {', '.join(report.not_measured)}")
