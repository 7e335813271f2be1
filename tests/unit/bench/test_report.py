"""The page: the table of targets, the measurements, links into the JSON, and pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from funscribe.bench.report import picture_name, pictures, to_markdown, write_report
from funscribe.bench.report_results import results_of
from funscribe.errors import OutputNotWritable, RunInvalid

MADE_BY = {"funscribe": "1.0", "commit": "abc", "cpu": "Some CPU", "cores": 2, "python": "3.11"}


def group(met: bool | None = True, **others: Any) -> dict[str, Any]:
    line = {"what": "a | thing", "asked": "≤ 3 s", "reached": "4 s", "met": met, "value": 4.0}
    detail = {"title": "All (s)", "columns": ["clip", "s"], "rows": [["x", 1.25], ["y", None], ["z", 2]]}
    held = {"command": "do it", "made_by": MADE_BY, "how": "So.", "lines": [line], "details": [detail]}
    return held | others


def page(values: dict[str, Any]) -> str:
    return to_markdown(results_of(values))


def test_tells_a_missed_target_plainly() -> None:
    row = r"| a \| thing | [≤ 3 s][whole 0] | [4 s][whole 0] | **missed** | `do it` |"
    assert row in page({"whole": group(met=False)})
    assert "missed" not in page({"whole": group(met=True)})
    assert "reached |" not in page({"whole": group(met=None)}).replace("asked | reached", "")


def test_names_what_was_not_measured_and_why() -> None:
    told = page({"whole": group(), "memory": {"command": "c", "made_by": {}, "why_not": "no\ndisk"}})
    assert "Not measured yet: compose, start, scenes, counts," in told
    assert "- memory: no disk" in told
    assert "## memory" not in told
    assert "Nothing was measured." in page({})


def test_every_figure_leads_to_its_row() -> None:
    told = page({"whole": group()})
    assert "| x | [1.25][whole 0.0] |\n| y |  |\n| z | [2][whole 0.2] |" in told
    for link in (
        "[whole 0]: benchmarks.json#/whole/lines/0",
        "[whole 0.0]: benchmarks.json#/whole/details/0/rows/0",
        "[whole 0.2]: benchmarks.json#/whole/details/0/rows/2",
        "[benchmarks.json#/whole](benchmarks.json#/whole)",
    ):
        assert link in told
    assert "Funscribe 1.0 at abc on Some CPU, 2 cores; python 3.11." in told


def test_pictures_are_shown_where_figures_have_an_axis_in_common() -> None:
    values = {"whole": group(), "memory": group(details=[])}
    assert list(pictures(results_of(values))) == ["whole-0.svg"]
    assert page(values).count("![") == 1
    assert "![All (s)](benchmarks/whole-0.svg)" in page(values)
    assert picture_name("../a b", 2) == "___a_b-2.svg"


def test_line_breaks_do_not_end_a_row() -> None:
    line = {"what": "a\nb", "asked": "", "reached": "1\n2", "met": None}
    assert "| a b |  | [1 2][whole 0] |" in page({"whole": group(lines=[line])})


def test_writes_the_same_bytes_each_time_beside_the_results_or_elsewhere(tmp_path: Path) -> None:
    results = tmp_path / "docs" / "quick.json"
    results.parent.mkdir()
    results.write_text(json.dumps({"whole": group()}), encoding="utf-8")
    first = write_report(results, results.parent)
    assert [path.relative_to(results.parent).as_posix() for path in first] == [
        "quick.md",
        "quick/whole-0.svg",
    ]
    before = [path.read_bytes() for path in first]
    assert [path.read_bytes() for path in write_report(results, results.parent)] == before
    [there, _] = write_report(results, tmp_path / "new" / "there")
    assert "[whole 0]: ../../docs/quick.json#/whole/lines/0" in there.read_text(encoding="utf-8")


def test_what_cannot_be_written_or_read_is_told(tmp_path: Path) -> None:
    results = tmp_path / "r.json"
    results.write_text(json.dumps({"whole": group()}), encoding="utf-8")
    with pytest.raises(OutputNotWritable, match=r"r\.json"):
        write_report(results, results)
    (tmp_path / "r.md").mkdir()
    with pytest.raises(OutputNotWritable, match=r"r\.md"):
        write_report(results, tmp_path)
    results.write_text("{", encoding="utf-8")
    with pytest.raises(RunInvalid, match="damaged"):
        write_report(results, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="folders there have no such permission")
def test_a_folder_that_is_read_only_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = tmp_path / "r.json"
    results.write_text(json.dumps({"whole": group()}), encoding="utf-8")

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputNotWritable, match="not permitted"):
        write_report(results, tmp_path / "ro")
