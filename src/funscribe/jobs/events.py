"""What a runner tells of its jobs while it runs."""

from __future__ import annotations

from typing import Literal

import msgspec

from funscribe.monitor import Progress

Kind = Literal["started", "progress", "done", "failed", "again", "cancelled", "waiting", "idle"]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened.

    Attributes:
        kind: What: a job was `started`, made `progress`, is `done`, has `failed`, is tried `again`, was
            `cancelled` by another process; or the runner is `waiting` for something, or `idle`: nothing is
            left to do, and it waits for new jobs.
        job: The job's number, None where it concerns none.
        video: The job's video.
        script: The job's script.
        cores: Cores that the job has.
        progress: How far the job is.
        reason: Why it failed, is tried again, or what is waited for.
        actions: Actions of the script that is done.
        warnings: What the user should know of the script that is done.
        kept: The script was there already and is kept.
    """

    kind: Kind
    job: int | None = None
    video: str = ""
    script: str = ""
    cores: int = 0
    progress: Progress | None = None
    reason: str = ""
    actions: int | None = None
    warnings: tuple[str, ...] = ()
    kept: bool = False
