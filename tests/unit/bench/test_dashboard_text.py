"""What is put into the page comes out as text."""

from __future__ import annotations

import pytest

from funscribe.bench.dashboard_text import Html, link, prose, safe, table, text

HOSTILE = "<script>alert(1)</script>\"'&"


def test_markup_is_text() -> None:
    assert text(HOSTILE) == "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;"
    assert text("\udcff") == "?"
    safe("\udcff").encode()


def test_links_and_tables_escape_all_that_is_in_them() -> None:
    shown = table((HOSTILE,), [(HOSTILE, (HOSTILE,)), ("", (link(HOSTILE, HOSTILE),))], figures=(0,))
    assert "<script" not in shown
    assert "alert(1)</" not in shown
    assert shown.count('class="figure"') == 3
    assert shown.count("<tr id=") == 1


def test_markup_that_was_made_here_stands_as_it_is() -> None:
    assert "<td><b>x</b></td>" in table(("a",), [("", (Html("<b>x</b>"),))])


def test_code_stands_between_backticks() -> None:
    assert prose("a `b <c>` d").markup == "a <code>b &lt;c&gt;</code> d"
    assert prose("a ` b").markup == "a ` b"


def test_rows_have_a_cell_a_column() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("a", "b"), [("", ("x",))])
