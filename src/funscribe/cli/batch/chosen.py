"""Which jobs a command line means: by their numbers, by their states, or all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from funscribe.cli.arguments import words

if TYPE_CHECKING:
    from funscribe.jobs.job import State
    from funscribe.jobs.queue import Queue

# Anything is taken for a number at first, so that -5 is told to be none and not to be an unknown option.
NUMBERS = {"ignore_unknown_options": True}
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Numbers of jobs, as `list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="All jobs for which it makes sense.")]
States = Annotated[
    list[str] | None,
    typer.Option("--state", metavar="STATE,...", help="Those: queued, running, done, failed, cancelled."),
]


def states_of(given: list[str] | None) -> tuple[State, ...] | None:
    """Return the states that are named, None where none is."""
    from funscribe.jobs.job import STATES

    named = [word for text in given or () for word in words(text)]
    if given and not named:
        raise typer.BadParameter(f"name one of: {', '.join(STATES)}", param_hint="--state")
    for name in named:
        if name not in STATES:
            near = difflib.get_close_matches(name, STATES, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}? " if near else ""
            raise typer.BadParameter(
                f"{name!r} is no state; {hint}there are: {', '.join(STATES)}", param_hint="--state"
            )
    return tuple(state for state in STATES if state in named) or None


def number_of(text: str) -> int:
    """Return the number of a job as it was typed."""
    if text.startswith("--") or (re.fullmatch(r"-[A-Za-z].*", text)):
        raise typer.BadParameter(f"there is no option {text}; see --help")
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < 1:
        raise typer.BadParameter(
            f"{text!r} is no number of a job: they begin at 1, and `funscribe batch list` shows them",
            param_hint="ID",
        )
    return int(text)


def chosen_jobs(
    queue: Queue, ids: list[str] | None, whole: bool, states: list[str] | None, sensible: Iterable[State]
) -> list[int]:
    """Return the numbers of the jobs that are meant.

    Args:
        queue: The queue.
        ids: Numbers as they were typed.
        whole: Whether all jobs are meant for which it makes sense.
        states: Names of states as they were typed.
        sensible: The states for which it makes sense.
    """
    ways = sum(bool(way) for way in (ids, whole, states))
    if ways != 1:
        problem = "name jobs by their numbers" if not ways else "only one of these at a time: numbers"
        raise typer.BadParameter(f"{problem}, --state or --all", param_hint="ID")
    if ids:
        return list(dict.fromkeys(number_of(text) for text in ids))
    return queue.ids(tuple(sensible) if whole else states_of(states))
