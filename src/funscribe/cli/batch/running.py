"""`funscribe batch run`: the queue is carried out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from funscribe.cli.batch.figures import numbered, parse_bytes, shown_path, told_bytes
from funscribe.cli.report import complain, print_json
from funscribe.files import printable
from funscribe.urls import shown

if TYPE_CHECKING:
    from funscribe.jobs.events import Event
    from funscribe.jobs.job import Job
    from funscribe.jobs.queue import Queue
    from funscribe.jobs.runner import RunReport

Tell = Callable[["Event"], None]
_NAMES = ("kind", "job", "video", "script")


def run(
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, metavar="N", help="Jobs side by side; by default one a core."),
    ] = None,
    cores: Annotated[
        int | None, typer.Option(min=1, max=4096, metavar="N", help="Cores for all jobs; the default is all.")
    ] = None,
    memory: Annotated[
        Any,
        typer.Option(parser=parse_bytes, metavar="SIZE", help="Memory of a job beyond which it fails: 2G."),
    ] = None,
    stall: Annotated[
        float,
        typer.Option(min=0.1, max=86_400, metavar="S", help="End a job without progress for so long (s)."),
    ] = 120.0,
    attempts: Annotated[
        int, typer.Option(min=1, max=100, metavar="N", help="So often a job is begun before it has failed.")
    ] = 3,
    keep_on: Annotated[bool, typer.Option("--keep-on", help="Wait for new jobs instead of ending.")] = False,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="What carries out the parts of a job.")
    ] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where the engine is reached, for ray.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each thing that happens on stdout.")
    ] = False,
) -> None:
    """Make the scripts of all videos in the queue.

    Any number of runs may share a queue, on one machine or several. A job whose process dies goes on from
    its last finished segment. Ctrl-C stops the run; nothing is lost, and the next run goes on.

    Exit status: 0 all done, 1 something failed or waits, 2 wrong usage, 130 stopped with Ctrl-C.
    """
    from funscribe.jobs.options import RunOptions
    from funscribe.jobs.queue import Queue
    from funscribe.jobs.stopping import stop_on_signals

    if address is not None and engine == "local":
        raise typer.BadParameter("is for --engine ray", param_hint="--address")
    options = RunOptions(
        workers=workers or 0,
        cores=cores or 0,
        memory_bytes=memory,
        stall_s=stall,
        attempts=attempts,
        keep_on=keep_on,
        engine=engine,
        address=address,
    )
    with Queue() as queue, stop_on_signals() as stop:
        if not keep_on and not any(queue.counts()[state] for state in ("queued", "running")):
            _finish_idle(json)
            return
        with _telling(queue, json) as tell:
            report = queue.run(options, on_event=tell, stop=stop)
    _finish(report, stop.signal, json)


def _finish_idle(json: bool) -> None:
    if json:
        print_json({"event": "end", **_sums(None), "stopped": False, "reason": ""})
    else:
        typer.echo("nothing is queued; `funscribe batch add VIDEO...` fills the queue")


@contextmanager
def _telling(queue: Queue, json: bool) -> Iterator[Tell]:
    """What the run tells of its jobs: JSON, a table that moves with lines above it, or only the lines."""
    if json:
        yield print_event
    elif sys.stdout.isatty():
        with _live(queue) as tell:
            yield tell
    else:
        yield _lines(typer.echo)


def print_event(event: Event) -> None:
    """Print what happened as one JSON object on stdout."""
    import msgspec

    values: dict[str, Any] = {"event": event.kind}
    if event.job is not None:
        values |= {"job": event.job, "video": shown(event.video), "script": event.script}
    values |= {key: value for key, value in msgspec.to_builtins(event).items() if key not in _NAMES}
    print_json(values)
    sys.stdout.flush()


def _lines(say: Callable[[str], None]) -> Tell:
    """A line for what a person would want to know later."""

    def tell(event: Event) -> None:
        text = told(event)
        if text:
            say(text)
            sys.stdout.flush()

    return tell


def told(event: Event) -> str:
    """Return the line for an event, empty for those that are no news."""
    video = shown_path(event.video)
    reason = printable(" ".join(event.reason.removeprefix(event.video).split())).lstrip(": ")
    name = f"{event.job:>5}  " if event.job is not None else ""
    notes = "".join(f"; {printable(warning)}" for warning in event.warnings)
    match event.kind:
        case "done" if event.kept:
            return f"{name}kept       {video}{notes}"
        case "done":
            actions = "" if event.actions is None else f": {event.actions} actions"
            return f"{name}done       {video}{actions}{notes}"
        case "failed":
            return f"{name}failed     {video}: {reason}"
        case "again":
            return f"{name}again      {video}: {reason}"
        case "cancelled":
            return f"{name}cancelled  {video}"
        case "waiting":
            return f"waiting: {reason}"
        case _:
            return ""


@contextmanager
def _live(queue: Queue) -> Iterator[Tell]:
    """A table of the jobs that run, below the lines of those that ended."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    board = Board(queue)
    console = Console()
    with Live(console=console, refresh_per_second=4, transient=True, get_renderable=board.drawn):

        def tell(event: Event) -> None:
            board.take(event)
            text = told(event)
            if text and event.kind != "waiting":  # that stands below the table as long as it lasts
                console.print(Text(text, style=_STYLES.get(event.kind, "")))

        yield tell


_STYLES = {"failed": "red", "again": "yellow", "cancelled": "yellow"}


class Board:
    """What is on the terminal while a queue runs: running jobs, and how many there are of each state."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._running: dict[int, Job] = {}
        self._waits = ""
        self._counts = queue.counts()

    def take(self, event: Event) -> None:
        """Take down what happened; in the thread of the run."""
        from funscribe.jobs.job import Job
        from funscribe.pipeline.order import Order

        self._waits = event.reason if event.kind == "waiting" else ""
        running = dict(self._running)  # the one that is drawn is never changed
        if event.job is not None and event.kind in ("started", "progress"):
            order = Order(video=event.video, script=event.script)
            running[event.job] = Job(id=event.job, order=order, state="running", progress=event.progress)
        elif event.job is not None:
            running.pop(event.job, None)
        if event.kind != "progress":
            self._counts = self._queue.counts()
        self._running = running

    def drawn(self) -> Any:
        """Return what is to be seen now."""
        from rich.console import Group
        from rich.text import Text

        from funscribe.cli.batch.table import counts_text, running_table

        jobs = list(self._running.values())
        speed = sum(job.progress.frames_per_s for job in jobs if job.progress is not None)
        foot = counts_text(self._counts)
        if speed and len(jobs) > 1:
            foot.append(f"; {speed:.0f} frames/s in all", style="dim")
        if self._waits:
            foot.append(f"; waiting: {printable(self._waits)}", style="yellow")
        return Group(running_table(jobs), Text(""), foot) if jobs else foot


def _sums(report: RunReport | None) -> dict[str, int]:
    names = ("done", "failed", "again", "cancelled", "waiting")
    return {name: getattr(report, name) if report is not None else 0 for name in names}


def _finish(report: RunReport, signal: int | None, json: bool) -> None:
    """Say what the run came to, and end with the status that tells it."""
    if json:
        print_json({"event": "end", **_sums(report), "stopped": report.stopped, "reason": report.reason})
    else:
        typer.echo(_summary(report))
    if report.waiting:
        missing = f" ({told_bytes(report.missing_bytes)} more)" if report.missing_bytes else ""
        complain(RuntimeError(f"{numbered(report.waiting)} left waiting: {report.reason}{missing}"))
    if signal is not None:
        typer.echo("funscribe: stopped; nothing is lost: `funscribe batch run` goes on from here", err=True)
        raise typer.Exit(128 + signal)  # as a shell tells of it
    if report.failed or report.waiting:
        if report.failed and not json:
            typer.echo("`funscribe batch retry --state failed` tries those again that failed", err=True)
        raise typer.Exit(1)


def _summary(report: RunReport) -> str:
    parts = [f"{numbered(report.done)} done"]
    parts += [f"{report.failed} failed"] if report.failed else []
    parts += [f"{report.cancelled} cancelled"] if report.cancelled else []
    parts += [f"{numbered(report.again, 'attempt')} tried again"] if report.again else []
    return ", ".join(parts)
