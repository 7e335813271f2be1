"""The whole page: one file that needs no network, runs no script but its own, and stays small."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from funscribe.bench import dashboard as module
from funscribe.bench.dashboard import dashboard, write_dashboard
from funscribe.bench.report_results import results_of
from funscribe.errors import OutputNotWritable

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u2028"


class Elements(HTMLParser):
    """Elements with their attributes, and the text of the scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data


def values(words: str = "a thing") -> dict[str, Any]:
    line = {"what": words, "asked": "≤ 3 s", "reached": "4 s", "met": False, "value": 4.0}
    detail = {"title": f"{words} (s)", "columns": [words, "s"], "rows": [[words, 1.25], ["y", 2.5]]}
    made_by = {"funscribe": "1.0", "commit": "abc", "cpu": words, "cores": 2}
    return {"command": words, "made_by": made_by, "how": words, "lines": [line], "details": [detail]}


def held(page: Elements) -> Any:
    return json.loads(page.scripts[0])


def test_every_link_leads_to_json_on_the_page(saved_runs: ModuleType) -> None:
    groups = results_of({"whole": values(), "memory": values()})
    page = dashboard(groups, [saved_runs.run(n, {"a": 1.0}) for n in range(3)])
    elements = Elements(page)
    pointers = [
        str(a["href"])[1:] for tag, a in elements.found if tag == "a" and str(a["href"]).startswith("#/")
    ]
    rows = {place for place in pointers if not place.startswith("/row/")}
    assert len(rows) > 5
    for place in rows:
        value = held(elements)
        for word in place.split("/")[1:]:
            value = value[int(word)] if isinstance(value, list) else value[word]
    ids = {a.get("id") for _, a in elements.found}
    assert {place for place in pointers if place.startswith("/row/")} <= ids


def test_every_figure_of_the_results_is_that_of_the_json_it_opens() -> None:
    results = json.loads((ROOT / "docs" / "benchmarks.json").read_text(encoding="utf-8"))
    page = dashboard(results_of(results), [])
    shown = re.findall(r'<a href="#/results(/[^"]*/(?:lines|rows)/\d+)">([^<]*)</a>', page)
    assert len(shown) > 500
    for place, told in shown:
        value: Any = results
        for word in place.split("/")[1:]:
            value = value[int(word)] if isinstance(value, list) else value[word]
        cells = value.values() if isinstance(value, dict) else value
        plain = [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in cells]
        assert unescape(told) in plain, place


def test_it_needs_no_network_and_runs_one_script(saved_runs: ModuleType) -> None:
    page = dashboard(results_of({"whole": values()}), [saved_runs.run(0, {"a": 1.0})])
    plain = page.replace('xmlns="http://www.w3.org/2000/svg"', "")  # a name, not a place
    assert not re.search(r"https?:|//\w|@import|url\(|\beval\b|innerHTML|fetch\(", plain)
    elements = Elements(page)
    assert not [tag for tag, _ in elements.found if tag in ("link", "img", "iframe", "object")]
    assert not [name for _, attributes in elements.found for name in attributes if name in ("src", "srcset")]
    assert [a.get("type") for tag, a in elements.found if tag == "script"] == ["application/json", None]
    policy = next(str(a["content"]) for tag, a in elements.found if tag == "meta" and "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert module._hash_of(elements.scripts[1]) in policy


def test_names_cannot_bring_a_script(saved_runs: ModuleType) -> None:
    machines = [saved_runs.machine(key, HOSTILE, (HOSTILE,)) for key in ("a", "b")]
    runs = [saved_runs.run(n, {HOSTILE: 1.0, "x": None}, HOSTILE, machines[n], clip=HOSTILE) for n in (0, 1)]
    runs = [msgspec.structs.replace(run, label=HOSTILE) for run in runs]
    page = dashboard(results_of({HOSTILE: values(HOSTILE)}), runs, [HOSTILE], HOSTILE)
    elements = Elements(page)
    assert [tag for tag, _ in elements.found].count("script") == 2
    assert "img" not in [tag for tag, _ in elements.found]
    assert not [name for _, a in elements.found for name in a if name.startswith("on")]
    assert held(elements)["name"] == HOSTILE
    assert held(elements)["history"][0]["machine"]["cpu"] == HOSTILE


def test_without_anything_it_says_so() -> None:
    page = dashboard({}, [])
    assert "There are no results" in page
    assert "No run is saved" in page
    assert held(Elements(page)) == {"name": "benchmarks.json", "results": {}, "history": []}


def test_a_thousand_runs_make_a_small_page(saved_runs: ModuleType) -> None:
    figures = {f"case/{n}": 100.0 + n for n in range(40)}
    first = saved_runs.run(0, figures)
    runs = [msgspec.structs.replace(saved_runs.run(n, {}, f"0.{n}"), rows=first.rows) for n in range(1000)]
    page = dashboard({}, runs)
    assert len(page.encode()) < 3_000_000
    assert len(held(Elements(page))["history"][0]["runs"]) == 1000


def test_the_same_figures_make_the_same_page(saved_runs: ModuleType) -> None:
    groups, runs = results_of({"whole": values()}), [saved_runs.run(n, {"a": 1.0}) for n in range(3)]
    assert dashboard(groups, runs) == dashboard(groups, list(reversed(runs)))


def test_it_is_written_whole_into_a_folder_that_is_made(tmp_path: Path) -> None:
    write_dashboard(tmp_path / "new" / "x.html", "a \udcff page")
    assert (tmp_path / "new" / "x.html").read_text(encoding="utf-8") == "a ? page"
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputNotWritable, match="file"):
        write_dashboard(tmp_path / "file" / "x.html", "")
    with pytest.raises(OutputNotWritable, match="folder has that name"):
        write_dashboard(tmp_path / "new", "")


@pytest.mark.skipif(shutil.which("node") is None, reason="node, which reads the script, is not installed")
def test_the_script_can_be_read() -> None:
    ran = subprocess.run(
        ["node", "--check", str(module.HERE / "dashboard.js")], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
