"""`funscribe batch list` and `show`: what is in the queue, once or as it changes."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli.batch.chosen import States, number_of, states_of
from funscribe.cli.batch.figures import line, settings, told_bytes, told_left, told_speed, values
from funscribe.cli.report import print_json
from funscribe.cli.telling import Json, stoppable
from funscribe.files import printable
from funscribe.urls import shown

if TYPE_CHECKING:
    from funscribe.jobs.job import Job, State
    from funscribe.jobs.queue import Queue

_EVERY_S = 0.25


def list_jobs(
    states: States = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1_000_000, metavar="N", help="Jobs at most, lowest numbers first.")
    ] = 50,
    after: Annotated[int, typer.Option(min=0, metavar="ID", help="Begin behind this job.")] = 0,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show what changes, until Ctrl-C.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a job on stdout.")] = False,
) -> None:
    """Show the jobs of the queue, and how many there are of each state.

    With --watch the table is kept up to date; where no terminal is, or with --json, each change is a line.
    """
    from funscribe.jobs.queue import Queue

    wanted = states_of(states)
    with Queue() as queue:
        if watch and not json and sys.stdout.isatty():
            with stoppable("no longer watched; nothing in the queue has changed by that"):
                _live(queue, wanted, limit, after)
            return
        jobs = queue.jobs(wanted, limit=limit, after=after)
        for job in jobs if json or watch else ():
            _print(job, json)
        if not json and not watch:
            _print_table(queue, jobs, wanted)
        if watch:
            with stoppable("no longer watched; nothing in the queue has changed by that"):
                _follow(queue, wanted, json)


def _print_table(queue: Queue, jobs: list[Job], states: tuple[State, ...] | None) -> None:
    from rich.console import Console

    from funscribe.cli.batch.table import jobs_table

    counts = queue.counts()
    if not any(counts.values()):
        typer.echo("the queue is empty; `funscribe batch add VIDEO...` fills it")
        return
    console = Console()
    if jobs:
        console.print(jobs_table(jobs, console.width))
        console.print()
    console.print(_counts(queue, counts))
    if jobs and queue.jobs(states, limit=1, after=jobs[-1].id):
        only = f" --state {','.join(states)}" if states else ""
        typer.echo(f"more: `funscribe batch list{only} --after {jobs[-1].id}`, or a larger --limit")


def _counts(queue: Queue, counts: dict[State, int]) -> Any:
    from funscribe.cli.batch.table import counts_text

    text = counts_text(counts)
    if queue.paused:
        text.append("; paused: `funscribe batch resume` goes on", style="yellow")
    return text


def _live(queue: Queue, states: tuple[State, ...] | None, limit: int, after: int) -> None:
    """Keep a table on the terminal up to date, at most four times a second."""
    from rich.console import Console, Group
    from rich.live import Live
    from rich.text import Text

    from funscribe.cli.batch.table import jobs_table

    console = Console()

    def drawn() -> Group:
        height = max(1, console.height - 5)
        jobs = queue.jobs(states, limit=min(limit, height), after=after)
        table = jobs_table(jobs, console.width) if jobs else Text("")
        return Group(table, Text(""), _counts(queue, queue.counts()))

    seen = None
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            version = (queue.version(), console.size)
            if version != seen:
                seen = version
                live.update(drawn(), refresh=True)
            time.sleep(_EVERY_S)


def _follow(queue: Queue, states: tuple[State, ...] | None, json: bool) -> None:
    """Print a line for each change, at most four a second for each job."""
    from funscribe.jobs.subscription import Changes

    changes = Changes(queue)
    before: dict[int, str] = {}
    sys.stdout.flush()
    while True:
        time.sleep(_EVERY_S)
        for job in changes.take():
            if states is not None and job.state not in states:
                continue
            if json or before.get(job.id) != job.state:  # for people progress is no news
                _print(job, json)
            before[job.id] = job.state
        sys.stdout.flush()


def _print(job: Job, json: bool) -> None:
    if json:
        print_json(values(job))
    else:
        typer.echo(line(job))


def show(
    number: Annotated[str, typer.Argument(metavar="ID", help="Number of a job, as `list` shows it.")],
    json: Json = False,
) -> None:
    """Show all that is known of a job: how it stands, its options, its need of disk, and why it waits."""
    from funscribe.jobs.queue import Queue

    with Queue() as queue:
        job = queue.status(number_of(number))
    if json:
        print_json(values(job))
        return
    for name, text in _details(job):
        typer.echo(f"{name:<12}{printable(text)}".rstrip())


def _details(job: Job) -> list[tuple[str, str]]:
    """Return the lines of `show`, those left out that say nothing."""
    now = job.progress
    rows = [
        ("job", f"{job.id}, {job.state}"),
        ("video", shown(job.order.video)),
        ("script", shown(job.order.script)),
        ("variants", ", ".join(job.order.variants)),
        ("overwrite", "yes" if job.order.overwrite else ""),
        ("priority", str(job.priority)),
        ("attempts", str(job.attempt)),
        ("added", _date(job.added)),
        ("began", _date(job.began)),
        ("ended", _date(job.ended)),
        ("runner", job.runner),
        ("progress", "" if now is None else f"{now.fraction:.0%}"),
        ("segments", f"{now.segments_done} of {now.segments}" if now is not None and now.segments else ""),
        ("speed", told_speed(job)),
        ("time left", told_left(job)),
        ("memory", "" if now is None else told_bytes(now.rss_mb * 1e6)),
        ("GPU memory", "" if now is None or now.gpu_mb is None else told_bytes(now.gpu_mb * 1e6)),
        ("disk", "" if job.need_bytes is None else f"{told_bytes(job.need_bytes)} for its trace"),
        ("actions", "" if job.actions is None else str(job.actions)),
        ("reason", " ".join(job.error.split())),
    ]
    rows += [("warning", " ".join(text.split())) for text in job.warnings]
    changed = [f"{path} = {value}" for path, value in settings(job).items()] or ["all as by default"]
    rows += [("options" if not k else "", text) for k, text in enumerate(changed)]
    return [(name, text) for name, text in rows if text]


def _date(when: float | None) -> str:
    return "" if when is None else datetime.fromtimestamp(when).astimezone().strftime("%Y-%m-%d %H:%M:%S")
