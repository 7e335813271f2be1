"""The page of benchmarks is what its JSON says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("whole", "memory", "compose", "start", "scenes", "counts")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))
    monkeypatch.delitem(sys.modules, "table", raising=False)
    import table

    return table


def group(met: bool) -> dict[str, object]:
    made_by = {"funscribe": "1.0", "commit": "abc", "cpu": "Some CPU", "cores": 2, "python": "3.11"}
    line = {"what": "a thing", "asked": "≤ 3 s", "reached": "4 s", "met": met}
    detail = {"title": "All", "columns": ["clip", "s"], "rows": [["x", 1.25], ["y", None]]}
    return {"command": "do it", "made_by": made_by, "how": "So.", "lines": [line], "details": [detail]}


def test_tells_a_missed_target_plainly(table: ModuleType) -> None:
    page = table.to_markdown({"whole": group(met=False)}, KEYS)
    assert "| a thing | ≤ 3 s | 4 s | **missed** | `do it` |" in page
    assert "missed" not in table.to_markdown({"whole": group(met=True)}, KEYS)


def test_names_what_was_not_measured(table: ModuleType) -> None:
    page = table.to_markdown({"whole": group(met=True)}, KEYS)
    assert "Not measured yet: memory, compose, start, scenes, counts." in page


def test_shows_single_measurements_and_machine(table: ModuleType) -> None:
    page = table.to_markdown({"whole": group(met=True)}, KEYS)
    assert "| x | 1.25 |" in page
    assert "| y |  |" in page
    assert "Funscribe 1.0 at abc on Some CPU, 2 cores; python 3.11." in page


def test_committed_page_is_made_of_the_committed_results(table: ModuleType) -> None:
    import foundation

    results, page = ROOT / "docs" / "benchmarks.json", ROOT / "docs" / "benchmarks.md"
    if not results.exists():
        pytest.skip("there are no results")
    groups = json.loads(results.read_text(encoding="utf-8"))
    assert page.read_text(encoding="utf-8") == table.to_markdown(groups, list(foundation.ROWS))
    assert set(groups) <= set(foundation.ROWS)
