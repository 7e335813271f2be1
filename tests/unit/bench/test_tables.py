from funscribe.bench.tables import (
    Line,
    Table,
    at_least,
    at_most,
    markdown,
    of_lines,
    plain,
    untargeted,
    verdict,
)


def test_a_target_is_reached_at_its_limit():
    assert at_most("x", 0.1, 0.1, "{:.2f}") == Line("x", "≤ 0.10", "0.10", True, 0.1)
    assert at_most("x", 0.1, 0.1001, "{:.2f}").met is False
    assert at_least("x", 0.9, 0.9, "{:.1f}").met is True
    assert at_least("x", 0.9, 0.8999, "{:.1f}").met is False


def test_a_figure_without_target_has_no_verdict():
    line = untargeted("x", -0.5, "{:+.1f}")
    assert (line.met, line.asked, line.reached) == (None, "", "-0.5")
    assert [verdict(met) for met in (True, False, None)] == ["reached", "missed", ""]


def test_lines_become_a_table():
    table = of_lines([at_most("x", 1, 2, "{:.0f}")])
    assert table.rows == (("x", "≤ 1", "2", "missed"),)


def test_markdown_keeps_bars_out_of_its_columns():
    assert markdown(("a", "b"), [("x|y", None)]) == "| a | b |\n| --- | --- |\n| x\\|y |  |\n"


def test_plain_columns_are_even():
    table = Table("All", ("clip", "n", "word"), (("a", 1.25, "yes"), ("longer", None, "no")))
    assert plain(table).splitlines() == [
        "All",
        "  clip       n  word",
        "  a       1.25  yes",
        "  longer     -  no",
    ]


def test_plain_table_without_rows():
    assert plain(Table("None", ("clip", "n"), ())).splitlines() == ["None", "  clip  n"]
