"""Tables of jobs for the terminal, for 80 columns and for more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from funscribe.cli.batch.figures import fraction, shown_path, told_left, told_reason, told_speed
from funscribe.files import printable

if TYPE_CHECKING:
    from funscribe.jobs.job import Job, State

COLOURS: dict[State, str] = {
    "queued": "default",
    "running": "cyan",
    "done": "green",
    "failed": "red",
    "cancelled": "yellow",
}
_WIDE = 110  # columns from which a reason has a column of its own
_TINY = 60  # columns below which only the state is shown
_BAR = 8
_LEAST_PATH = 14
_RULED = box.Box("    \n    \n ── \n    \n    \n    \n    \n    \n")  # a rule below the head, nothing else
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True)
class PathText:
    """A path in the width that there is: its end is kept, since there stands the name."""

    text: str

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        length = cell_len(self.text)
        return Measurement(min(length, _LEAST_PATH), length).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(shortened(self.text, options.max_width), no_wrap=True)


def shortened(text: str, width: int) -> str:
    """Return the end of a text that fits a width in cells, with a sign where something is left out."""
    if cell_len(text) <= width:
        return text
    kept = text
    while kept and cell_len(kept) > max(0, width - 1):
        kept = kept[1:]
    return set_cell_size("…" + kept, width).rstrip()


def bar(share: float | None, colour: str) -> Text:
    """Return a bar with its percentage; empty where nothing is known."""
    if share is None:
        return Text("")
    eighths = round(share * _BAR * 8)
    full, part = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[part] if part else "")
    text = Text(drawn, style=colour)
    text.append("·" * (_BAR - len(drawn)), style="dim")
    return text.append(f" {share:>4.0%}", style="default")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, what stands in it for a job, and how it is set."""

    head: str
    cell: Callable[[Job], RenderableType]
    justify: str = "left"
    needed: Callable[[Job], bool] = lambda job: True


def _state(job: Job) -> Text:
    return Text(job.state, style=COLOURS[job.state])


def _progress(job: Job) -> Text:
    return bar(fraction(job), COLOURS[job.state]) if job.state in ("running", "done") else Text("")


def _video(job: Job) -> PathText:
    return PathText(shown_path(job.order.video))


def _reason(job: Job) -> Text:
    reason = told_reason(job).removeprefix(job.order.video).lstrip(": ")  # it stands beside its video
    return Text(printable(reason), style="red" if job.state == "failed" else "dim")


def _times(job: Job) -> str:
    return told_speed(job).rpartition(" ")[2]


def _video_and_reason(job: Job) -> RenderableType:
    return Group(_video(job), _reason(job)) if _has_reason(job) else _video(job)


def _has_reason(job: Job) -> bool:
    return bool(told_reason(job))


def _segments(job: Job) -> str:
    now = job.progress
    return f"{now.segments_done}/{now.segments}" if now is not None and now.segments else ""


def _memory(job: Job) -> str:
    return f"{job.progress.rss_mb:.0f}" if job.progress is not None else ""


def _gpu(job: Job) -> str:
    now = job.progress
    return f"{now.gpu_mb:.0f}" if now is not None and now.gpu_mb is not None else ""


_ID = Column("id", lambda job: str(job.id), "right")
_TIMES = Column("speed", _times, "right", lambda job: bool(_times(job)))
_SPEED = Column("speed", told_speed, "right", lambda job: bool(told_speed(job)))
_LEFT = Column("left", told_left, "right", lambda job: bool(told_left(job)))
_STATE = Column("state", _state)
_PROGRESS = Column("progress", _progress, needed=lambda job: bool(_progress(job)))
_ATTEMPT = Column("try", lambda job: str(job.attempt or ""), "right", lambda job: job.attempt > 1)
_PRIORITY = Column("prio", lambda job: str(job.priority or ""), "right", lambda job: job.priority != 0)
_RUN = (
    _ID,
    Column("progress", _progress),
    Column("part", _segments, "right", lambda job: bool(_segments(job))),
    _SPEED,
    _LEFT,
    Column("MB", _memory, "right", lambda job: bool(_memory(job))),
    Column("GPU MB", _gpu, "right", lambda job: bool(_gpu(job))),
)


def jobs_table(jobs: Sequence[Job], width: int) -> Table:
    """Return the table of `list`; columns in which nothing would stand are left out.

    Args:
        jobs: What is shown, a row each.
        width: Columns of the terminal; in a narrow one a reason stands below its video.
    """
    wide = width >= _WIDE
    figures = (_ID, _STATE, _PROGRESS, _SPEED if wide else _TIMES, _LEFT, _ATTEMPT, _PRIORITY)
    if width < _TINY:
        return _table((_ID, _STATE, Column("video", _video_and_reason)), jobs)
    if wide:
        return _table(
            (*figures, Column("video", _video), Column("reason", _reason, needed=_has_reason)), jobs
        )
    return _table((*figures, Column("video", _video_and_reason)), jobs)


def running_table(jobs: Sequence[Job]) -> Table:
    """Return the table of `run`: the jobs that are running now, with speed and memory."""
    return _table((*_RUN, Column("video", _video)), jobs)


def counts_text(counts: Mapping[State, int]) -> Text:
    """Return how many jobs are in each state, coloured as in the tables."""
    parts = [Text(f"{count} {state}", COLOURS[state]) for state, count in counts.items() if count]
    return Text(", ").join(parts) if parts else Text("the queue is empty")


def _table(columns: Sequence[Column], jobs: Sequence[Job]) -> Table:
    table = Table(box=_RULED, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold", show_edge=False)
    used = [column for column in columns if not jobs or any(column.needed(job) for job in jobs)]
    for column in used:
        last = column.head in ("video", "reason")
        table.add_column(column.head, justify=column.justify, no_wrap=not last)  # type: ignore[arg-type]
    for job in jobs:
        table.add_row(*(column.cell(job) for column in used))
    return table
