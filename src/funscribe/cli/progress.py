"""One line of progress for what takes long, on stderr, only where a person is watching."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from funscribe.monitor import Progress


@contextmanager
def progress_line(name: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show a line while the block runs; yields what to tell progress to, None where nobody would see it."""
    with share_line(name) as tell:
        yield None if tell is None else lambda now: tell(now.fraction, _figures(now))


@contextmanager
def share_line(name: str) -> Iterator[Callable[[float | None, str], None] | None]:
    """Show a line while the block runs; yields what to tell the share done (0..1) and some figures to."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn(escape(name)),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[figures]}"),
        console=Console(stderr=True),
        transient=True,
        refresh_per_second=4,
    )
    with bar:
        task = bar.add_task(name, total=1.0, figures="starting")
        yield lambda share, figures: bar.update(task, completed=share, figures=figures)


def _figures(now: Progress) -> str:
    left = "" if now.eta_s is None else f"  {clock(now.eta_s)} left"
    return (
        f"{now.frames_per_s:.0f} frames/s  {now.times_real_time:.1f} x real time{left}  {now.rss_mb:.0f} MB"
    )


def clock(seconds: float) -> str:
    """Return a length of time as people read it: m:ss or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
