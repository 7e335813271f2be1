"""Results are read as they are, and what is wrong with them is told."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from funscribe.bench.report_results import (
    ORDER,
    is_figure,
    measured,
    missing,
    origin,
    pointer,
    read_results,
    results_of,
)
from funscribe.errors import RunInvalid

MADE_BY = {"funscribe": "1.0", "commit": "abc", "cpu": "Some CPU", "cores": 2, "python": "3.11"}


def group(**others: Any) -> dict[str, Any]:
    line = {"what": "a thing", "asked": "≤ 3 s", "reached": "4 s", "met": False, "value": 4.0}
    detail = {"title": "All (s)", "columns": ["clip", "s"], "rows": [["x", 1.25], ["y", None]]}
    held = {"command": "do it", "made_by": MADE_BY, "how": "So.", "lines": [line], "details": [detail]}
    return held | others


def test_groups_come_in_the_order_of_the_page() -> None:
    found = results_of({"zebra": group(), "memory": group(), "whole": group()})
    assert list(found) == ["whole", "memory", "zebra"]


def test_what_was_not_measured_and_why() -> None:
    found = results_of({"whole": group(), "memory": {"command": "c", "made_by": {}, "why_not": "no disk"}})
    absent = missing(found)
    assert list(measured(found)) == ["whole"]
    assert absent["memory"] == "no disk"
    assert absent["compose"] == ""
    assert "whole" not in absent
    assert set(missing({})) == set(ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"whole": 3}', '{"whole": {"command": "x"}}', "[" * 100_000,
        json.dumps({"whole": group(lines=[{"what": "x"}])}),
        json.dumps({"whole": group(lines=[{"what": "x", "asked": "", "reached": "", "met": "yes"}])}),
        json.dumps({"whole": group()}).replace("1.25", "NaN"),
        json.dumps({"whole": group()}).replace("1.25", "-Infinity"),
        json.dumps({"whole": group()}).replace("1.25", "1e999"),
        json.dumps({"whole": group()}).replace("1.25]", "1.25, 3]"),
        json.dumps({"whole": group()})[:-20],
    ],
)  # fmt: skip
def test_damage_is_told_with_the_file_and_the_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunInvalid, match=r"r\.json is damaged: .*measure it anew"):
        read_results(path)


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_bytes(b'{"whole\xff": 3}')
    with pytest.raises(RunInvalid, match="damaged"):
        read_results(tmp_path / "r.json")
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(RunInvalid, match="cannot be read"):
            read_results(path)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_figure(value: float) -> None:
    with pytest.raises(ValueError, match="/whole/lines/0 holds"):
        results_of({"whole": group(lines=[dict(group()["lines"][0], value=value)])})
    detail = {"title": "x", "columns": ["a"], "rows": [[1.0], [value]]}
    with pytest.raises(ValueError, match="/whole/details/0/rows/1 holds"):
        results_of({"whole": group(details=[detail])})


def test_the_origin_says_what_is_known() -> None:
    assert origin(MADE_BY) == "Funscribe 1.0 at abc on Some CPU, 2 cores; python 3.11."
    assert origin({}) == "Funscribe (unknown) at (unknown) on an unknown processor."


def test_pointers_escape_what_has_a_meaning_in_them() -> None:
    assert pointer("whole", "lines", 0) == "/whole/lines/0"
    assert pointer("a/b~c d#)") == "/a~1b~0c%20d%23%29"


def test_figures_are_told_from_words() -> None:
    assert all(map(is_figure, (1, 1.5, "1.5", "12 %", "≤ 3 s", "1,000 frames/s", "-2", "1e-05")))
    assert not any(
        map(is_figure, (None, "", "000_rope_beach", "8k-h264-40.mp4", "simplify(5)", "1 of the 3"))
    )
