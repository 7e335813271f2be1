from pathlib import Path

import pytest

from funscribe.bench import write_page, write_report
from funscribe.bench.page import PAGE, is_checkout, to_markdown
from funscribe.errors import TruthInvalid

ROOT = Path(__file__).resolve().parents[3]
IDEAS = [["idea", "what", "r"], ["v1", "windows, short", "0.98765"], ["v2", "none", "failed"]]


@pytest.fixture
def docs(tmp_path, reports):
    write_report(tmp_path / "fidelity.json", reports.full_report())
    (tmp_path / "fidelity-ideas.csv").write_text('idea,what,r\nv1,"a, b",0.98765\n', encoding="utf-8")
    (tmp_path / "fidelity-notes.md").write_text("## What still fails\n\nThis | that.\n", encoding="utf-8")
    return tmp_path


def test_the_page_tells_targets_clips_ideas_and_notes(reports):
    page = to_markdown(reports.full_report(), IDEAS, "## What still fails\n\nMuch.")
    assert "| scenes, worst r (bad) | ≥ 0.900 | 0.500 | **missed** |" in page
    assert "| ball, r | ≥ 0.990 | 0.992 | reached |" in page
    assert "| 028_bar_lift | 4 | 8 | 0.5 | no | 0.2 |" in page
    assert "| v1 | windows, short | 0.988 |\n| v2 | none | failed |" in page
    assert "Made by funscribe 1, commit abc, recipe f00d; python 3; on Some CPU, 2 cores." in page
    order = ["## Summary", "## What the figures", "## Clip by", "## Ideas", "## What still", "## To measure"]
    places = [page.index(title) for title in order]
    assert places == sorted(places)


def test_what_is_missing_is_said_or_left_out(reports):
    from dataclasses import replace

    page = to_markdown(replace(reports.full_report(), not_measured=("quva",)), [], "")
    assert "Not measured: quva." in page
    assert "## Ideas" not in page


def test_ideas_with_a_cell_too_few_are_refused(reports):
    with pytest.raises(TruthInvalid, match="3 cells"):
        to_markdown(reports.full_report(), [*IDEAS, ["v3", "x"]], "")


def test_writes_the_page_of_a_folder(docs):
    page = write_page(docs)
    assert page == docs / PAGE
    text = page.read_text(encoding="utf-8")
    assert "| v1 | a, b | 0.988 |" in text
    assert "This | that." in text


@pytest.mark.parametrize("name", ["fidelity.json", "fidelity-notes.md"])
def test_a_missing_file_is_named(docs, name):
    (docs / name).unlink()
    with pytest.raises(TruthInvalid, match=name):
        write_page(docs)


def test_knows_a_checkout(docs):
    assert is_checkout(docs)
    assert not is_checkout(docs / "missing")


def test_committed_page_is_made_of_the_committed_results(docs, tmp_path):
    names = ("fidelity.json", "fidelity-ideas.csv", "fidelity-notes.md")
    if not (ROOT / "docs" / "fidelity.json").is_file():
        pytest.skip("there are no results")
    for name in names:
        (docs / name).write_bytes((ROOT / "docs" / name).read_bytes())
    assert write_page(docs).read_bytes() == (ROOT / "docs" / PAGE).read_bytes()
