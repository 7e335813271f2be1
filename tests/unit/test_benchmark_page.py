"""The committed page of benchmarks is what its JSON says, and every row has its place on it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from funscribe.bench.report import pictures, to_markdown
from funscribe.bench.report_results import ORDER, read_results

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MADE_BY = {"funscribe": "1.0", "commit": "abc", "cpu": "Some CPU", "cores": 2}


@pytest.fixture
def foundation(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))
    for name in ("table", "foundation", "results"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import foundation

    return foundation


def test_committed_page_is_made_of_the_committed_results(foundation: ModuleType) -> None:
    groups = read_results(DOCS / "benchmarks.json")
    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == to_markdown(groups)
    assert set(groups) <= set(foundation.ROWS)


def test_committed_pictures_are_made_of_the_committed_results() -> None:
    made = pictures(read_results(DOCS / "benchmarks.json"))
    held = {path.name: path.read_bytes() for path in (DOCS / "benchmarks").glob("*")}
    assert held == made


def test_every_row_has_its_place_on_the_page(foundation: ModuleType) -> None:
    without = set(foundation.ROWS) - set(ORDER)
    assert not without, f"add {', '.join(sorted(without))} to ORDER in src/funscribe/bench/report_results.py"


def test_the_table_is_written_as_the_report_is(
    foundation: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "benchmarks.json").write_bytes((DOCS / "benchmarks.json").read_bytes())
    monkeypatch.setattr(foundation, "ROOT", tmp_path)
    assert foundation.main(["--table", "--work", str(tmp_path / "work")]) == 0
    for page in (DOCS / "benchmarks.md", *(DOCS / "benchmarks").iterdir()):
        assert (tmp_path / page.relative_to(ROOT)).read_bytes() == page.read_bytes()


def test_a_row_that_fails_says_why_and_keeps_older_figures(foundation: ModuleType, tmp_path: Path) -> None:
    import results

    path = tmp_path / "benchmarks.json"
    results.miss(path, "whole", "do it", MADE_BY, "no ffmpeg")
    results.miss(path, "whole", "do it", MADE_BY, "no disk")
    assert "- whole: no disk" in to_markdown(read_results(path))
    results.merge(path, "whole", "do it", MADE_BY, results.Group("So.", ()))
    results.miss(path, "whole", "do it", MADE_BY, "no ffmpeg")
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert "why_not" not in held["whole"]
    assert foundation._shown(OSError(f"{ROOT.parent}/shared/data is missing\nand more")) == (
        "shared/data is missing"
    )
