"""Results on the dashboard."""

from __future__ import annotations

import re
from typing import Any

from funscribe.bench.dashboard_results import details_part, results_part
from funscribe.bench.report_results import results_of

MADE_BY = {"funscribe": "1.0", "commit": "abc", "cpu": "Some CPU", "cores": 2}


def values(**others: Any) -> dict[str, Any]:
    lines = [
        {"what": "`a` thing", "asked": "≤ 3 s", "reached": "4 s", "met": False, "value": 4.0},
        {"what": "b", "asked": "≤ 3 s", "reached": "2 s", "met": True, "value": 2.0},
        {"what": "c", "asked": "", "reached": "5 s", "met": None},
    ]
    detail = {"title": "All (s)", "columns": ["clip", "s"], "rows": [["x", 1.25], ["y", None], ["z", "3 s"]]}
    return {
        "command": "do it",
        "made_by": MADE_BY,
        "how": "So.",
        "lines": lines,
        "details": [detail],
        **others,
    }


def test_what_was_asked_and_reached() -> None:
    shown = results_part(results_of({"whole": values()}))
    assert "1 targets reached, 1 missed, 1 figures without one." in shown
    assert '<span class="missed">missed</span>' in shown
    assert '<tr id="/results/whole/lines/0"><td><code>a</code> thing</td>' in shown
    assert '<a href="#/results/whole/lines/0">4 s</a>' in shown
    assert '<a href="#/results/whole/lines/1">≤ 3 s</a>' in shown


def test_what_was_not_measured_and_why() -> None:
    absent = {"command": "c", "made_by": {}, "why_not": "no <disk>"}
    shown = results_part(results_of({"whole": values(), "memory": absent}))
    assert "<td>memory</td><td>no &lt;disk&gt;</td>" in shown
    assert "<td>compose</td><td>not measured yet</td>" in shown
    assert "memory" not in details_part(results_of({"memory": absent}))


def test_without_results_it_says_so() -> None:
    assert "There are no results" in results_part({})
    assert "Not measured" not in results_part({})


def test_each_measurement_opens_its_row_and_has_its_picture() -> None:
    shown = details_part(results_of({"whole": values()}))
    assert re.findall(r'href="#(/results/whole/details[^"]*)">([^<]*)<', shown) == [
        ("/results/whole/details/0/rows/0", "1.25"),
        ("/results/whole/details/0/rows/2", "3 s"),
    ]
    assert "Funscribe 1.0 at abc on Some CPU, 2 cores." in shown
    assert "<svg" not in shown  # one figure makes no picture: the other one is words
    rows = [["x", 1.25], ["y", 2.5]]
    detail = {"title": "All (s)", "columns": ["clip", "s"], "rows": rows}
    assert details_part(results_of({"whole": values(details=[detail])})).count("<svg") == 1
