"""The nouns of the queue: a job, its state, and what is told of it while it runs."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from funscribe.monitor import Progress
from funscribe.pipeline.order import Order

State = Literal["queued", "running", "done", "failed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
UNFINISHED: tuple[State, ...] = ("queued", "running")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One order in the queue, and how it stands.

    Attributes:
        id: Its number, from 1; never given twice.
        order: What is asked for.
        priority: Larger ones are begun first.
        state: `queued`, `running`, `done`, `failed` or `cancelled`.
        attempt: Attempts begun so far that count.
        added: When it was added (Unix s).
        began: When its last attempt began (Unix s), None before that.
        ended: When it was done, failed or was cancelled (Unix s), None before that.
        runner: Who has it or had it last, `host:pid`; empty before that.
        progress: How far the running attempt is, None before its first sign of life.
        need_bytes: Disk space that it needs (bytes), None while that is not known.
        error: Why the last attempt failed or the job waits; empty where nothing went wrong.
        warnings: What the user should know of a job that is done.
        actions: Actions of the script of a job that is done.
    """

    id: int
    order: Order
    priority: int = 0
    state: State = "queued"
    attempt: int = 0
    added: float = 0.0
    began: float | None = None
    ended: float | None = None
    runner: str = ""
    progress: Progress | None = None
    need_bytes: int | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()
    actions: int | None = None
