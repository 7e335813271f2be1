"""A measuring process is asked unit by unit, and ends with all that it has started."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from funscribe.bench.probe import PLANT_VARIABLE
from funscribe.bench.sitting import NotMeasured, Side, Sitting
from funscribe.errors import RevisionInvalid, WorkerDied

SHORT = {"tracker": "bytetrack", "objects": 1, "frames": 5}


def test_units_and_the_peak_memory() -> None:
    with Sitting("track", SHORT) as sitting:
        sitting.wait_ready()
        took = [sitting.unit() for _ in range(3)]
        peak = sitting.finish()
    assert [unit.work for unit in took] == [5, 5, 5]
    assert all(unit.wall_s > 0 and unit.cpu_s >= 0 for unit in took)
    assert peak is None or peak > 1


def test_two_sit_side_by_side() -> None:
    with Sitting("track", SHORT) as one, Sitting("track", SHORT) as other:
        for sitting in (one, other):
            sitting.wait_ready()
            sitting.ask()
        assert (one.answer().work, other.answer().work) == (5, 5)


def test_what_cannot_be_measured_says_why() -> None:
    with Sitting("track", {"tracker": "none such"}) as sitting, pytest.raises(NotMeasured, match="none such"):
        sitting.wait_ready()


def test_a_process_that_dies_is_told_with_its_last_words() -> None:
    wrong = Side(environment={PLANT_VARIABLE: "much"})
    with Sitting("track", SHORT, wrong) as sitting:
        sitting.wait_ready()
        with pytest.raises(WorkerDied, match=r"measuring track ended with status 1: .*much"):
            sitting.unit()


def test_the_source_of_a_side_is_what_is_measured(tmp_path: Path) -> None:
    package = tmp_path / "funscribe"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('an older one')\n")
    with Sitting("track", SHORT, Side("old", tmp_path)) as sitting, pytest.raises(NotMeasured, match="older"):
        sitting.wait_ready()


def test_another_package_than_that_of_the_side_is_refused(tmp_path: Path) -> None:
    (tmp_path / "funscribe").mkdir()
    (tmp_path / "funscribe" / "nothing.txt").write_text("")
    with Sitting("track", SHORT, Side("old", tmp_path)) as sitting, pytest.raises(RevisionInvalid):
        sitting.wait_ready()


@pytest.mark.skipif(os.name == "nt", reason="sessions are of POSIX")
def test_nothing_is_left_running() -> None:
    sitting = Sitting("start", {})
    sitting.wait_ready()
    sitting.ask()
    family = psutil.Process(sitting._process.pid)
    while not (children := family.children()):
        time.sleep(0.01)
    sitting.close()
    sitting.close()
    gone, alive = psutil.wait_procs([family, *children], timeout=5)
    assert all(one.status() == psutil.STATUS_ZOMBIE for one in alive)  # nobody may be there to bury them
    assert family in gone
