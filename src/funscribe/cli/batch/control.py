"""`funscribe batch cancel|retry|remove|pause|resume|clear|restore`: what is done with jobs that are there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.batch.chosen import All, Ids, States, chosen_jobs
from funscribe.cli.batch.figures import listed, numbered
from funscribe.errors import QueueDamaged, QueueError
from funscribe.files import printable

if TYPE_CHECKING:
    from funscribe.jobs.job import State


def cancel(ids: Ids = None, whole: All = False, states: States = None) -> None:
    """Cancel jobs that wait or run.

    One that runs is stopped within two seconds. What it has seen of its video is kept, for `retry`.
    """
    from funscribe.jobs.queue import Queue

    with Queue() as queue:
        meant = chosen_jobs(queue, ids, whole, states, ("queued", "running"))
        taken = queue.cancel(meant) if meant else []
    _tell("cancelled", taken, "nothing waits or runs", meant, "over already")


def retry(ids: Ids = None, whole: All = False, states: States = None) -> None:
    """Queue jobs again that failed or were cancelled; they go on where they stopped."""
    from funscribe.jobs.queue import Queue

    with Queue() as queue:
        meant = chosen_jobs(queue, ids, whole, states, ("failed", "cancelled"))
        taken = queue.retry(meant) if meant else []
    _tell(
        "queued again",
        taken,
        "nothing failed or was cancelled",
        meant,
        "left as they are: queued, running or done already",
    )
    if taken:
        typer.echo("`funscribe batch run` makes the scripts")


def remove(ids: Ids = None, whole: All = False, states: States = None) -> None:
    """Forget jobs; videos and scripts stay.

    Jobs that run are refused with their numbers, and left out with --all: cancel them first.
    """
    from funscribe.jobs.queue import Queue

    idle: tuple[State, ...] = ("queued", "done", "failed", "cancelled")
    with Queue() as queue:
        meant = chosen_jobs(queue, ids, whole, states, idle)
        taken = queue.remove(meant) if meant else []
        running = queue.counts()["running"] if whole else 0
    _tell("removed", taken, "there is nothing to remove", meant, "not there")
    if running:
        typer.echo(f"{numbered(running)} running and left there: `funscribe batch cancel --all` ends them")


def pause() -> None:
    """Begin no more jobs, in no run, until `resume`; those that run go on to their end."""
    from funscribe.jobs.queue import Queue

    with Queue() as queue:
        queue.pause()
        running = queue.counts()["running"]
    rest = f"; {numbered(running)} running to the end" if running else ""
    typer.echo(f"paused{rest}; `funscribe batch resume` goes on")


def resume() -> None:
    """Begin jobs again after `pause`."""
    from funscribe.jobs.queue import Queue

    with Queue() as queue:
        was = queue.paused
        if was:
            queue.resume()
        waiting = queue.counts()["queued"]
    typer.echo(f"{'resumed' if was else 'the queue was not paused'}; {numbered(waiting)} queued")


def clear(
    done: Annotated[bool, typer.Option("--done", help="Jobs that are done; the default.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Jobs that failed.")] = False,
    cancelled: Annotated[bool, typer.Option("--cancelled", help="Jobs that were cancelled.")] = False,
    whole: Annotated[bool, typer.Option("--all", help="All three.")] = False,
) -> None:
    """Forget jobs that are over; videos and scripts stay."""
    from funscribe.jobs.queue import Queue

    wanted = {"done": done, "failed": failed, "cancelled": cancelled}
    if whole:
        wanted = dict.fromkeys(wanted, True)
    elif not any(wanted.values()):
        wanted["done"] = True
    states = tuple(state for state, yes in wanted.items() if yes)
    with Queue() as queue:
        count = queue.clear(states)  # type: ignore[arg-type]
    typer.echo(f"{numbered(count)} forgotten ({', '.join(states)})")


def restore() -> None:
    """Put the last good back-up in the place of a damaged or lost queue; the damaged file is kept."""
    from funscribe.jobs.store import default_path
    from funscribe.jobs.store import restore as restore_file

    path = default_path()
    if not _was_there(path):
        raise QueueError(f"there is no queue {printable(path)}, and no back-up of one: nothing was restored")
    backup = restore_file(path)
    typer.echo(f"{printable(path)} is restored from {printable(backup.name)}")
    typer.echo("`funscribe batch list` shows it; what came after the back-up has to be added again")


def _was_there(path: Path) -> bool:
    """Whether there is a queue, or what is left of one."""
    from funscribe.jobs.faults import exists

    try:
        return exists(path)
    except QueueDamaged:
        return True


def _tell(what: str, taken: list[int], nothing: str, meant: list[int], why: str) -> None:
    """Say which jobs were taken, and why the others that were meant were not."""
    if not meant:
        typer.echo(nothing)
        return
    left = len(meant) - len(taken)
    rest = f"; {left} {why}" if left else ""
    names = f" ({listed(taken)})" if taken else ""
    typer.echo(f"{numbered(len(taken))} {what}{names}{rest}")
