import json
import math
from pathlib import Path

import pytest
import typer

from funscribe.cli.batch.figures import (
    fraction,
    line,
    listed,
    numbered,
    parse_bytes,
    settings,
    shown_path,
    told_bytes,
    told_counts,
    values,
)
from funscribe.jobs.job import Job
from funscribe.monitor import Progress
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe, change

ORDER = Order(video="/films/a.mp4", script="/films/a.funscript")
NOW = Progress(0.424, 500, 118.4, 3.94, 42.0, 310.0, 1, 3)


def _running(progress: Progress | None = NOW, attempt: int = 1) -> Job:
    return Job(id=7, order=ORDER, state="running", attempt=attempt, progress=progress)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2G", 2_000_000_000),
        ("500m", 500_000_000),
        (" 1.5 GB ", 1_500_000_000),
        ("64k", 64_000),
        ("1T", 10**12),
        ("2GiB", 2**31),
        ("512Mi", 2**29),
    ],
)
def test_sizes_are_read(text: str, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize(
    "text", ["", "2", "G", "two G", "-2G", "2X", "0G", "1e9", "nanG", "2,5G", "9" * 400 + "G"]
)
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="write it as 500M or 2G"):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (123_456_789, "123 MB"), (2e9, "2.0 GB")],
)
def test_sizes_are_told(count: float, text: str) -> None:
    assert told_bytes(count) == text


def test_counts_are_one_line() -> None:
    assert (
        told_counts({"queued": 2, "running": 0, "done": 1, "failed": 0, "cancelled": 0}) == "2 queued, 1 done"
    )
    assert told_counts({}) == "the queue is empty"


def test_a_line_of_a_running_job_has_its_figures() -> None:
    assert line(_running()) == "    7  running    /films/a.mp4  (42%; 118 f/s 3.9x; 0:42 left)"
    assert "attempt 2" in line(_running(attempt=2))
    assert line(_running(None)) == "    7  running    /films/a.mp4"


def test_a_line_of_a_job_that_is_over_says_what_became_of_it() -> None:
    failed = Job(id=1, order=ORDER, state="failed", error="no\nvideo", progress=NOW)
    assert line(failed) == "    1  failed     /films/a.mp4  (no video)"
    done = Job(
        id=1, order=ORDER, state="done", actions=81, progress=NOW, priority=-2, warnings=("low", "short")
    )
    assert line(done).endswith("(81 actions; priority -2; low; short)")


def test_a_share_is_within_its_bounds() -> None:
    assert fraction(Job(id=1, order=ORDER)) is None
    assert fraction(Job(id=1, order=ORDER, state="done")) == 1.0
    assert fraction(_running(Progress(1.7, 1, 1.0, 1.0, None, 1.0))) == 1.0
    assert fraction(_running(Progress(-0.1, 1, 1.0, 1.0, None, 1.0))) == 0.0


def test_paths_are_shown_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(str(tmp_path / "b" / "a.mp4")) == str(Path("b", "a.mp4"))
    assert shown_path("/elsewhere/a.mp4") == "/elsewhere/a.mp4"
    assert "\udcff" not in shown_path("/a\udcff.mp4")


def test_the_values_of_a_job_are_json_whatever_they_are() -> None:
    odd = Progress(0.5, 1, math.inf, math.nan, None, 1.0)
    told = json.loads(json.dumps(values(_running(odd)), allow_nan=False))
    assert (told["id"], told["state"], told["video"]) == (7, "running", "/films/a.mp4")
    assert told["progress"]["frames_per_s"] is None
    assert told["progress"]["fraction"] == 0.5
    assert told["options"] == {}


def test_options_are_told_where_they_differ_from_the_defaults() -> None:
    recipe = change(Recipe(), ["script.max_speed=250", "motion.axes=stroke,roll"])
    job = Job(id=1, order=Order(video="a", script="b", recipe=recipe))
    assert settings(job) == {"script.max_speed": 250, "motion.axes": ("stroke", "roll")}


def test_counts_and_numbers_are_told() -> None:
    assert (numbered(1), numbered(2, "video")) == ("1 job", "2 videos")
    assert listed(range(1, 4)) == "1, 2, 3"
    assert listed(range(1, 12)) == "1, 2, 3, 4, 5, 6, 7, 8 and 3 more"
