"""`funscribe batch watch`: what arrives in folders is queued, and made into scripts where that is wanted."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funscribe.cli import arguments as given
from funscribe.cli.batch.figures import parse_bytes, shown_path
from funscribe.cli.batch.running import print_event, told
from funscribe.cli.report import complain, print_json
from funscribe.files import printable

if TYPE_CHECKING:
    from funscribe.jobs.events import Event
    from funscribe.jobs.folder import Found
    from funscribe.jobs.options import RunOptions

_STOPPED = 130  # as a shell tells a program that Ctrl-C ended


def watch(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders that videos come into.")],
    output: given.Output = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Watch sub-folders too.")] = False,
    priority: Annotated[
        int | None, typer.Option(metavar="N", help="Larger ones are begun first; it may be below 0.")
    ] = None,
    settle: Annotated[
        float,
        typer.Option(min=0, max=86_400, metavar="S", help="A file that did not change for so long is whole."),
    ] = 5.0,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look again and again: for network shares that tell of nothing.")
    ] = False,
    run: Annotated[bool, typer.Option("--run", help="Make the scripts too, in the same command.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=1024, metavar="N", help="With --run: jobs side by side; by default one a core."
        ),
    ] = None,
    memory: Annotated[
        Any,
        typer.Option(
            parser=parse_bytes, metavar="SIZE", help="With --run: memory of a job beyond which it fails: 2G."
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each thing that happens on stdout.")
    ] = False,
) -> None:
    """Queue the videos in folders, and those that come, as soon as they are copied.

    Each file is queued once; after a restart what came meanwhile is found. A video that has its script is
    left alone. A funscribe.toml in a folder is the recipe for it and the folders below, and its batch table
    may say priority, variants, overwrite, output and ignore; an option given here goes before it.

    Exit status: 1 the queue or a folder cannot be used, 2 wrong usage, 130 stopped with Ctrl-C, 0 stopped
    by a service.
    """
    from funscribe.jobs.folder import Asked, WatchOptions, watch_folders
    from funscribe.jobs.options import RunOptions
    from funscribe.jobs.stopping import stop_on_signals
    from funscribe.jobs.store import JobStore

    if not run and (workers is not None or memory is not None):
        raise typer.BadParameter("is for --run", param_hint="--workers" if workers else "--memory")
    options = RunOptions(workers=workers or 0, memory_bytes=memory, keep_on=True)
    tell = print_event if json else _print_told
    with JobStore() as store, stop_on_signals() as stop, _runs(options if run else None, tell, stop):
        watch_folders(
            store,
            folders,
            WatchOptions(recursive=recursive, settle_s=settle, poll=poll),
            asked=Asked(output=output.absolute() if output else None, priority=priority),
            on_found=_print_json if json else _print,
            stop=stop,
        )
    if stop.signal == signal.SIGINT:
        typer.echo("funscribe: stopped; the same command goes on from here", err=True)
        raise typer.Exit(_STOPPED)


@contextmanager
def _runs(options: RunOptions | None, tell: Callable[[Event], None], stop: threading.Event) -> Iterator[None]:
    """Carry out the queue in a thread while the block runs; what ends one of them ends both."""
    if options is None:
        yield
        return
    from funscribe.jobs.queue import Queue

    failed: list[BaseException] = []

    def carry_out() -> None:
        try:
            with Queue() as queue:
                queue.run(options, on_event=tell, stop=stop)
        except BaseException as error:  # told by the thread that can
            failed.append(error)
        finally:
            stop.set()

    thread = threading.Thread(target=carry_out, name="funscribe-run")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]


def _print(found: Found) -> None:
    if found.kind == "queued":
        typer.echo(f"{found.job:>5}  queued     {shown_path(found.path)}")
    elif found.kind == "watching":
        typer.echo(f"watching {printable(found.path)}")
    else:
        complain(RuntimeError(found.reason))
    sys.stdout.flush()


def _print_told(event: Event) -> None:
    if text := told(event):
        typer.echo(text)
        sys.stdout.flush()


def _print_json(found: Found) -> None:
    values: dict[str, Any] = {"event": found.kind, "path": printable(found.path)}
    if found.job is not None:
        values["job"] = found.job
    if found.reason:
        values["reason"] = printable(found.reason)
    print_json(values)
    sys.stdout.flush()
