"""A run measures case by case, says what it could not, and keeps what it has when it is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from funscribe.bench import running
from funscribe.bench.history import read_run, save_run
from funscribe.bench.quick import Case, Extent, Group
from funscribe.bench.running import STOPPED, Course, Pace, finished, measure_group

PACE = Pace(3, 3, 0.0)


def tracking(name: str, tracker: str = "bytetrack", crew: int = 1, figure: str = "rate") -> Case:
    settings = {"tracker": tracker, "objects": 1, "frames": 10}
    scale, unit = (1.0, "frames/s") if figure == "rate" else (1000.0, "ms")
    return Case(name, name, "track", settings, {"crew": crew}, figure, unit, scale, crew)  # type: ignore[arg-type]


def test_rows_have_the_figures_of_their_samples() -> None:
    rows, stopped = measure_group([tracking("a"), tracking("b", figure="time")], PACE, lambda words: None)
    assert not stopped
    for row in rows:
        assert row.n == len(row.samples) == 3
        assert row.value is not None
        assert row.least is not None
        assert row.most is not None
        assert 0 < row.least <= row.value <= row.most
        assert row.peak_mb is None or row.peak_mb > 1
        assert row.why_not == ""
    assert rows[0].more_is_better
    assert not rows[1].more_is_better
    assert rows[1].settings == {"crew": 1}


def test_what_cannot_be_had_takes_nothing_else_with_it() -> None:
    rows, _ = measure_group([tracking("no", "none such"), tracking("yes")], PACE, lambda words: None)
    assert rows[0].value is None
    assert "none such" in rows[0].why_not
    assert rows[1].n == 3


def test_a_crew_works_side_by_side() -> None:
    [row], _ = measure_group([tracking("two", crew=2)], PACE, lambda words: None)
    assert row.value is not None
    assert row.settings == {"crew": 2}


def test_a_group_that_takes_long_ends_after_the_fewest_rounds() -> None:
    [row], _ = measure_group([tracking("a")], Pace(50, 2, 0.0), lambda words: None)
    assert row.n == 2


def test_what_was_measured_before_ctrl_c_is_kept() -> None:
    def stop(words: str) -> None:
        if words == "b: 2 of 3":
            raise KeyboardInterrupt

    rows, stopped = measure_group([tracking("a"), tracking("b"), tracking("c", "none")], PACE, stop)
    assert stopped
    assert [row.n for row in rows] == [2, 1, 0]


def test_a_course_lists_what_comes_after_ctrl_c_and_can_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = [
        Group("one", "", lambda clip: [tracking("one")]),
        Group("none", "", lambda clip: [tracking("none")], "no model"),
        Group("two", "480p", lambda clip: [tracking("two")]),
        Group("three", "", lambda clip: [tracking("three")]),
    ]

    def stop(name: str, work: Path | None, tell: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "groups", lambda extent: planned)
    monkeypatch.setattr(running, "drawn_clip", stop)
    shares: list[float] = []
    course = Course(Extent(True, 2), work=tmp_path, tell=lambda share, words: shares.append(share))
    course.go()
    assert [row.case for row in course.rows] == ["one", "none", "two", "three"]
    assert [row.why_not for row in course.rows] == ["", "no model", STOPPED, STOPPED]
    assert course.stopped
    assert shares == sorted(shares)
    assert all(0 <= share < 1 for share in shares)
    done = finished(course, "label")
    assert (done.stopped, done.quick, done.label, done.clip) == (True, True, "label", "")
    assert read_run(save_run(done, tmp_path)) == done


def test_the_clip_of_the_user_is_measured_in_the_place_of_1080p(clip: Path, tmp_path: Path) -> None:
    course = Course(Extent(True, 1, large="clip"), clip, tmp_path)
    assert course._clip("clip", 0.0) == str(clip)
