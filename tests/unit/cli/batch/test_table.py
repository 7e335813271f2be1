import io

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from funscribe.cli.batch.table import bar, counts_text, jobs_table, running_table, shortened
from funscribe.jobs.job import Job
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order

LONG = "/library/a folder with a rather long name/and another one below/the film of the summer 2024.mp4"


def _job(number: int, state: str, video: str = "/films/a.mp4", **more: object) -> Job:
    return Job(id=number, order=Order(video=video, script="s"), state=state, **more)  # type: ignore[arg-type]


def _drawn(what: RenderableType, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(what)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(cell_len, text.splitlines())) <= width
    return str(text)


NOW = Progress(0.25, 500, 118.4, 3.94, 42.0, 310.4, 1, 3, 900.0)
JOBS = [
    _job(3, "running", LONG, progress=NOW, attempt=2),
    _job(10_000, "failed", priority=5, error="/films/a.mp4 is not a readable video; copy it again"),
    _job(10_001, "queued"),
]


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal_and_names_are_kept(width: int) -> None:
    drawn = _drawn(jobs_table(JOBS, width), width)
    assert "10000" in drawn
    assert "running" in drawn
    assert ".mp4" in drawn


@pytest.mark.parametrize("width", [80, 120])
def test_every_figure_and_the_reason_are_there(width: int) -> None:
    drawn = _drawn(jobs_table(JOBS, width), width)
    for text in ("25%", "3.9x", "0:42", "summer 2024.mp4", "not a readable", "again"):
        assert text in drawn
    assert ("reason" in drawn) == ("118 f/s" in drawn) == (width >= 110)


def test_columns_in_which_nothing_would_stand_are_left_out() -> None:
    head = _drawn(jobs_table([_job(1, "queued")], 120), 120).splitlines()[0]
    assert head.split() == ["id", "state", "video"]
    assert "try" in _drawn(jobs_table(JOBS, 120), 120).splitlines()[0]
    assert "prio" in _drawn(jobs_table(JOBS, 120), 120).splitlines()[0]


def test_running_jobs_are_shown_with_memory_and_segments() -> None:
    drawn = _drawn(running_table(JOBS[:1]), 100)
    for text in ("1/3", "310", "900", "GPU MB"):
        assert text in drawn
    assert "GPU" not in _drawn(running_table([_job(1, "running")]), 100)


def test_the_end_of_a_path_is_kept() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdef", 4) == "…def"
    assert shortened("映画映画", 5) == "…映画"
    assert cell_len(shortened("映画映画", 4)) <= 4
    assert shortened("abc", 0) == ""


@pytest.mark.parametrize(("share", "text"), [(None, ""), (0.0, "········   0%"), (1.0, "████████ 100%")])
def test_a_bar(share: float | None, text: str) -> None:
    assert bar(share, "cyan").plain == text
    assert bar(0.5, "cyan").plain == "████····  50%"


def test_text_of_users_is_no_markup() -> None:
    jobs = [_job(1, "failed", "/films/[red]a[/red].mp4", error="[bold]no")]
    drawn = _drawn(jobs_table(jobs, 120), 120)
    assert "[red]a[/red].mp4" in drawn
    assert "[bold]no" in drawn


def test_counts_and_an_empty_queue() -> None:
    assert counts_text({"queued": 3, "failed": 1}).plain == "3 queued, 1 failed"
    assert counts_text({"queued": 0}).plain == "the queue is empty"
