"""No figure in the documents that the results do not hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NUMBER = re.compile(r"(?<![\w.,-])[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w]|\.\d)")
LINK = re.compile(r"\[([^\]]*)\]\[([^\]]*)\]")
DEFINITION = re.compile(r"^\[([^\]]*)\]: ([^#\s]*)#(\S*)$")
ROWS = re.compile(r"foundation\.py --rows ([\w,]+)")


def numbers(words: str) -> list[str]:
    return [found.rstrip(",") for found in NUMBER.findall(words)]


def resolve(values: Any, pointer: str) -> Any:
    """What a JSON pointer of an address leads to."""
    for word in unquote(pointer).split("/")[1:]:
        plain = word.replace("~1", "/").replace("~0", "~")
        values = values[int(plain)] if isinstance(values, list) else values[plain]
    return values


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield value


def holds(value: Any, told: str) -> bool:
    """Whether a number stands in words of a value, or is one of its numbers, rounded to its digits."""
    plain = told.replace(",", "")
    digits = len(plain.partition(".")[2])
    for leaf in leaves(value):
        if isinstance(leaf, str) and told in numbers(leaf):
            return True
        if not isinstance(leaf, int | float) or isinstance(leaf, bool):
            continue
        if f"{leaf:g}" == plain or abs(round(leaf, digits) - float(plain)) < 1e-9:
            return True
    return False


def unfounded(page: str, groups: dict[str, Any]) -> list[str]:
    """Return what a page made of groups tells without ground: a number, and the line it stands in."""
    lines = page.splitlines()
    places = {found[1]: found[3] for line in lines if (found := DEFINITION.match(line))}
    wrong, key = [], ""
    for number, line in enumerate(lines):
        if line.startswith("## "):
            key = line[3:]
        elif line.startswith("|"):
            is_head = number + 1 < len(lines) and lines[number + 1].startswith("| ---")
            wrong += [] if is_head else [f"{told}: {line}" for told in _of_row(line, places, groups)]
        elif not DEFINITION.match(line) and not line.startswith("!["):
            words = re.sub(r"\[[^\]]*\]\([^)]*\)", "", line)
            wrong += [f"{told}: {line}" for told in numbers(words) if not holds(groups.get(key, ""), told)]
    return wrong


def _of_row(line: str, places: dict[str, str], groups: dict[str, Any]) -> list[str]:
    linked = LINK.findall(line)
    rows = {name: resolve(groups, places[name]) for _, name in linked if name in places}
    wrong = [
        told
        for text, name in linked
        for told in numbers(text)
        if name not in rows or not holds(rows[name], told)
    ]
    commands = [groups[unquote(places[name]).split("/")[1]]["command"] for name in rows]
    beside = [*rows.values(), *commands]
    return wrong + [told for told in numbers(LINK.sub("", line)) if not holds(beside, told)]


@pytest.fixture
def groups() -> dict[str, Any]:
    return dict(json.loads((DOCS / "benchmarks.json").read_text(encoding="utf-8")))


@pytest.fixture
def page() -> str:
    return (DOCS / "benchmarks.md").read_text(encoding="utf-8")


def test_the_page_of_benchmarks_tells_nothing_that_was_not_measured(
    page: str, groups: dict[str, Any]
) -> None:
    assert len(numbers(page)) > 1000
    assert unfounded(page, groups) == []


def test_every_number_of_its_tables_leads_to_its_row(page: str) -> None:
    lines = page.splitlines()
    rows = [line for line, after in pairwise(lines) if not after.startswith("| ---")]
    assert [row for row in rows if re.search(r"\| [-+]?\d[\d.,]*(?= \|)", row)] == []


def test_a_figure_that_was_changed_by_hand_is_found(page: str, groups: dict[str, Any]) -> None:
    group = groups["whole"]
    reached, told = group["lines"][0]["reached"], group["details"][0]["rows"][0][1]
    planted = [
        page.replace(f"[{reached}][whole 0]", "[1.91][whole 0]", 1),
        page.replace(f"[{told:g}][whole 0.0]", "[4.44][whole 0.0]", 1),
        page.replace(f"[{told:g}][whole 0.0]", f"{told:g}1", 1),
        page.replace(group["how"], group["how"] + " It is 17.77 times as fast.", 1),
        page.replace("## whole", "It is 3 times as fast.\n\n## whole", 1),
        page + "\n| x | [1.5][nowhere] |\n",
    ]
    for changed in planted:
        assert changed != page
        assert len(unfounded(changed, groups)) >= 1


def test_what_is_told_as_reached_is_the_figure_itself(groups: dict[str, Any]) -> None:
    wrong = []
    for key, group in groups.items():
        for line in group.get("lines", ()):
            told, value = numbers(line["reached"]), line.get("value")
            if told and value is not None and not (holds(value, told[0]) or holds(100 * value, told[0])):
                wrong.append(f"{key}: {line}")
    assert wrong == []


def test_figures_beside_a_command_are_those_of_its_rows(groups: dict[str, Any]) -> None:
    pages = [*ROOT.glob("*.md"), *(page for page in DOCS.glob("*.md") if page.stem != "benchmarks")]
    wrong = [f"{page.name}: {told}" for page in pages for told in claims(page.read_text("utf-8"), groups)]
    assert wrong == []


def claims(words: str, groups: dict[str, Any]) -> list[str]:
    """Return numbers, of paragraphs and table rows with a command beside them, that its rows do not hold.

    Numbers in code, in links and those of a list are no claims.
    """
    wrong = []
    for part in re.split(r"\n\s*\n|\n(?=[|-] |\d+\. |    )", words):
        keys = [key for named in ROWS.findall(part) for key in named.split(",")]
        found = [groups.get(key, {}) for key in keys]
        plain = re.sub(r"`[^`]*`|\]\([^)]*\)|^\s*\d+\. ", " ", part)
        plain = plain.partition("#")[2] if part.startswith("    ") else plain
        if found:
            wrong += [f"{told} in {part.strip()!r}" for told in numbers(plain) if not holds(found, told)]
    return wrong


def test_a_claim_without_ground_is_found() -> None:
    groups = {"whole": {"lines": [{"what": "x", "reached": "1.03", "value": 1.0348}]}}
    command = "`python tests/benchmarks/foundation.py --rows whole`"
    assert claims(f"1. It is 1.03 times as fast ({command}).", groups) == []
    assert claims(f"It is 1.8 times\nas fast ({command}).\n\nAnd 7 of 9.", groups) != []
    assert claims(f"| speed | 2.5 | {command} |", groups) != []
    assert claims("    python tests/benchmarks/foundation.py --rows whole   # 9 min", groups) != []
    assert claims("It is 1.8 times as fast.", groups) == []


def test_links_into_the_results_lead_to_what_they_say(groups: dict[str, Any]) -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.glob("*.md")]:
        for text, pointer in re.findall(
            r"\[([^\]]*)\]\([^)]*benchmarks\.json#([^)]*)\)", page.read_text("utf-8")
        ):
            value = resolve(groups, pointer)
            told = [] if "#" in text else numbers(text)
            assert [one for one in told if not holds(value, one)] == [], page.name


def test_the_page_of_fidelity_tells_each_clip_as_its_results_do() -> None:
    results = json.loads((DOCS / "fidelity.json").read_text(encoding="utf-8"))
    named = {item["name"]: item for part in results.values() if isinstance(part, list)
             for item in part if isinstance(item, dict) and "name" in item}  # fmt: skip
    page = (DOCS / "fidelity.md").read_text(encoding="utf-8").partition("## Clip by clip")[2]
    rows = re.findall(r"^\| (\w+) \|(.*)\|$", page.partition("\n## ")[0], re.MULTILINE)
    known = [(named[name], cells) for name, cells in rows if name in named]
    assert len(known) > 30
    assert [
        (item["name"], told) for item, cells in known for told in numbers(cells) if not holds(item, told)
    ] == []


def test_the_page_about_growing_tells_its_parts_as_the_results_do(groups: dict[str, Any]) -> None:
    held = groups.get("scaling", {}).get("lines")
    if not held:
        pytest.skip("the row scaling was not measured yet")
    page = (DOCS / "scaling.md").read_text(encoding="utf-8")
    for line in held:
        shown = re.search(rf"^\| {re.escape(line['what'])} \| (.*) \|$", page, re.MULTILINE)
        if shown:
            assert [told for told in numbers(shown[1]) if not holds(line["value"], told)] == [], line
