"""Jobs as text: plain lines for logs, values for JSON, and sizes as people write them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from funscribe.cli.progress import clock
from funscribe.files import printable
from funscribe.urls import shown

if TYPE_CHECKING:
    from funscribe.jobs.job import Job, State

_UNITS = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_BINARY = 1.024  # a kibibyte for each kilobyte


def parse_bytes(text: str) -> int:
    """Return a size such as 500M, 1.5G or 2GiB in bytes; a size without a unit is refused."""
    form = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt])(i?)b?\s*", text, re.IGNORECASE)
    if form is None:
        raise typer.BadParameter(f"{text!r} is no size; write it as 500M or 2G")
    unit = form[2].lower()
    power = "kmgt".index(unit) + 1
    count = float(form[1]) * _UNITS[unit] * (_BINARY**power if form[3] else 1)
    if not 1 <= count < math.inf:
        raise typer.BadParameter(f"{text!r} is no size that memory can have; write it as 500M or 2G")
    return round(count)


def told_bytes(count: float) -> str:
    """Return a size as people read it, with three digits."""
    for unit, size in reversed(_UNITS.items()):
        if count >= size:
            value = count / size
            return f"{value:.{0 if value >= 100 else 1}f} {unit.upper() if unit != 'k' else unit}B"
    return f"{count:.0f} B"


def told_counts(counts: Mapping[State, int]) -> str:
    """Return how many jobs are in each state, as one line; states without any are left out."""
    parts = [f"{count} {state}" for state, count in counts.items() if count]
    return ", ".join(parts) if parts else "the queue is empty"


def told_speed(job: Job) -> str:
    """Return how fast a running job is, empty where that is not known."""
    now = job.progress
    if job.state != "running" or now is None or not now.frames_per_s:
        return ""
    return f"{now.frames_per_s:.0f} f/s {now.times_real_time:.1f}x"


def told_left(job: Job) -> str:
    """Return the time that a running job still needs, empty where that cannot be told."""
    now = job.progress
    return "" if job.state != "running" or now is None or now.eta_s is None else clock(now.eta_s)


def told_reason(job: Job) -> str:
    """Return why a job failed or waits, else what is to be known of its script."""
    return " ".join((job.error or "; ".join(job.warnings)).split())


def shown_path(video: str) -> str:
    """Return a path as seen from the folder that one is in, where it lies below it."""
    here = f"{Path.cwd()}{os.sep}"
    return printable(shown(video).removeprefix(here))


def fraction(job: Job) -> float | None:
    """Return the share of a job that is done (0..1), None where nothing is known."""
    if job.state == "done":
        return 1.0
    return None if job.progress is None else min(1.0, max(0.0, job.progress.fraction))


def line(job: Job) -> str:
    """Return one line on a job, for a log."""
    share = fraction(job)
    parts = [
        f"{share:.0%}" if share is not None and job.state == "running" else "",
        told_speed(job),
        f"{told_left(job)} left" if told_left(job) else "",
        f"{job.actions} actions" if job.state == "done" and job.actions is not None else "",
        f"attempt {job.attempt}" if job.attempt > 1 else "",
        f"priority {job.priority}" if job.priority else "",
        told_reason(job),
    ]
    rest = "; ".join(part for part in parts if part)
    return f"{job.id:>5}  {job.state:<9}  {shown_path(job.order.video)}" + (f"  ({rest})" if rest else "")


def values(job: Job) -> dict[str, Any]:
    """Return a job as it is printed as JSON; its options are what differs from the defaults."""
    now = job.progress
    return {
        "id": job.id,
        "state": job.state,
        "video": shown(job.order.video),
        "script": job.order.script,
        "priority": job.priority,
        "attempt": job.attempt,
        "progress": None if now is None else _finite(now),
        "runner": job.runner,
        "added": job.added,
        "began": job.began,
        "ended": job.ended,
        "need_bytes": job.need_bytes,
        "actions": job.actions,
        "error": job.error,
        "warnings": list(job.warnings),
        "variants": list(job.order.variants),
        "overwrite": job.order.overwrite,
        "options": settings(job),
    }


def settings(job: Job) -> dict[str, Any]:
    """Return the options of a job that are not the defaults, by their paths."""
    from funscribe.recipe import Recipe, options

    if job.order.recipe == Recipe():
        return {}
    return {one.path: one.value for one in options(job.order.recipe) if one.value != one.default}


def _finite(progress: Any) -> dict[str, Any]:
    """Return progress as plain values; JSON has no word for infinity."""
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(progress)
    infinite = {key for key, value in plain.items() if isinstance(value, float) and not math.isfinite(value)}
    return {key: None if key in infinite else value for key, value in plain.items()}


def numbered(count: int, what: str = "job") -> str:
    """Return a count with its noun: 1 job, 2 jobs."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def listed(ids: Iterable[int]) -> str:
    """Return numbers of jobs as a text, the rest of many as a count."""
    found = list(ids)
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return ", ".join(map(str, found[:8])) + more
