"""The queue: orders that outlive a crash, and the processes that carry them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.jobs.events import Event
    from funscribe.jobs.job import STATES, UNFINISHED, Job, State
    from funscribe.jobs.options import RunOptions
    from funscribe.jobs.queue import Queue
    from funscribe.jobs.runner import RunReport
    from funscribe.jobs.subscription import Subscription

__all__ = [
    "STATES",
    "UNFINISHED",
    "Event",
    "Job",
    "Queue",
    "RunOptions",
    "RunReport",
    "State",
    "Subscription",
]

# The process that runs jobs loads nothing of what looks at pictures.
__getattr__ = lazy(
    __name__,
    {
        "events": ("Event",),
        "job": ("STATES", "UNFINISHED", "Job", "State"),
        "options": ("RunOptions",),
        "queue": ("Queue",),
        "runner": ("RunReport",),
        "subscription": ("Subscription",),
    },
)
