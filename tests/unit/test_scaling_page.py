"""The page about growing is what the results say, and its arithmetic holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
VALUES = {
    "one_fps": 100.0, "two_fps": 180.0, "segment_ms": 100.0, "plan_ms": 50.0, "keep_ms": 10.0,
    "job_ms": 500.0, "compose_s": 2.5, "trace_mb": 65.0,
    "ray_ms": 5.0, "ray_job_ms": 1000.0, "ray_start_s": 8.0,
}  # fmt: skip


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))
    monkeypatch.delitem(sys.modules, "scaling_page", raising=False)
    import scaling_page

    return scaling_page


def _group(page: ModuleType) -> dict[str, Any]:
    lines = [
        {"what": what, "asked": "", "reached": form.format(VALUES[key]), "met": None, "value": VALUES[key]}
        for key, (what, form) in page.PARTS.items()
    ]
    made_by = {"funscribe": "1.0", "commit": "abc", "cpu": "Some CPU", "cores": 2, "python": "3.11"}
    return {"command": "do it", "made_by": made_by, "how": "So.", "lines": lines, "details": []}


def test_one_core_takes_the_sum_of_its_parts(page: ModuleType) -> None:
    found = page.costs(VALUES, 1, 1)
    assert found.plan_s == pytest.approx(180 * 0.05)
    assert found.watch_s == pytest.approx(180 * (600 / 100 + 0.1 + 0.01))
    assert found.compose_s == pytest.approx(3.0)
    assert found.whole_s == pytest.approx(9 + 1099.8 + 3)
    assert found.library_s == pytest.approx(found.whole_s)


def test_more_cores_share_the_watching_in_whole_rounds(page: ModuleType) -> None:
    segment_s = 600 / 90 + 0.1 + 0.01
    for cores, rounds in ((2, 90), (4, 45), (64, 3), (180, 1), (1000, 1)):
        found = page.costs(VALUES, 1, cores)
        assert found.watch_s == pytest.approx(rounds * segment_s)
        assert (found.plan_s, found.compose_s) == (pytest.approx(9), pytest.approx(3))


def test_what_is_done_on_one_machine_bounds_many(page: ModuleType) -> None:
    found = page.costs(VALUES, 100, 100)
    assert found.bound == "the machine of the queue"
    assert found.watch_s == pytest.approx(600 / 90 + 0.1)
    assert found.library_s == pytest.approx((9 + 180 * 0.015 + 4) / page.SENDER_CORES)
    slow = page.costs({**VALUES, "ray_ms": 1000.0}, 100, 100)
    assert slow.watch_s == pytest.approx(180 * 1.01)
    assert page.costs(VALUES, 2, 8).bound == "watching"


def test_the_page_names_its_figures(page: ModuleType) -> None:
    text = page.to_markdown(_group(page))
    assert "| watching, one process on one core | 100 frames/s |" in text
    assert "1.80 times as fast as one: each has 90% of the speed" in text
    assert "Funscribe 1.0 at abc on Some CPU, 2 cores, by `do it`" in text
    assert "| 1 x 1 | 9 | 1099.8 | 3 | 1111.8 | 1 | 3.2 | watching |" in text
    assert "12.0 s of 1112 s (1.08%), so not more than 93 times as fast" in text


def test_without_results_the_page_says_so(page: ModuleType) -> None:
    text = page.to_markdown(None)
    assert "Not measured yet" in text
    assert "What is assumed" in text


def test_the_committed_page_is_made_of_the_committed_results(page: ModuleType) -> None:
    results, written = ROOT / "docs" / "benchmarks.json", ROOT / "docs" / "scaling.md"
    groups = json.loads(results.read_text(encoding="utf-8"))
    assert written.read_text(encoding="utf-8") == page.to_markdown(groups.get("scaling"))
