"""Pictures: what is drawn of which table, the axis, and bytes that are the same each time."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from funscribe.bench.charts import WIDTH, Plot, Series, as_file, dots, figure, plot_of, text, ticks_of
from funscribe.bench.report_results import Detail

SVG = "{http://www.w3.org/2000/svg}"


def table(title: str, columns: tuple[str, ...], *rows: tuple[Any, ...]) -> Detail:
    return Detail(title=title, columns=columns, rows=rows)


def test_a_title_with_a_unit_says_that_all_figures_have_it() -> None:
    plot = plot_of("x", table("Milliseconds", ("", "a", "b"), ("one", 1, 2.5), ("two", None, 3)))
    assert plot is not None
    assert (plot.unit, plot.labels) == ("milliseconds", ("one", "two"))
    assert plot.series == (Series("a", (1.0, None)), Series("b", (2.5, 3.0)))
    assert plot_of("x", table("Jitter (px)", ("clip", "a"), ("one", 1), ("two", 2))) is not None
    assert plot_of("x", table("Scores", ("clip", "a"), ("one", 1), ("two", 2))) is None


def test_median_least_and_most_are_one_series() -> None:
    plot = plot_of("x", table("Seconds", ("", "median", "least", "most", "CPU"), ("one", 2, 1, 3, 4)))
    assert plot is not None
    assert plot.series == (Series("median, least to most", (2.0,), ((1.0, 3.0),)), Series("CPU", (4.0,)))


def test_only_columns_with_a_unit_in_common_are_drawn() -> None:
    columns = ("scene", "r", "worst local r", "f1", "t_ms", "sign")
    rows = (("a", 0.9, 0.8, 1, 10, "right"), ("still", None, None, None, None, None))
    plot = plot_of("scenes", table("Synthetic scenes", columns, *rows))
    assert plot is not None
    assert plot.labels == ("a",)
    assert [one.name for one in plot.series] == ["r", "worst local r", "f1"]


def test_a_table_that_is_wide_and_low_is_turned() -> None:
    names = tuple(str(n) for n in range(200, 210))
    plot = plot_of("x", table("Jitter (px)", ("", *names), ("ours", *range(10)), ("theirs", *range(10))))
    assert plot is not None
    assert plot.labels == names
    assert [one.name for one in plot.series] == ["ours", "theirs"]


@pytest.mark.parametrize(
    "rows", [(), (("a", None),), (("a", "b"),), (("a", 1.0),), (("a", True), ("b", False))]
)
def test_nothing_is_drawn_of_nothing(rows: tuple[Any, ...]) -> None:
    assert plot_of("x", table("Seconds", ("", "s"), *rows)) is None


def test_the_picture_is_whole_and_says_its_figures() -> None:
    plot = Plot("<t>", "ms", ('a "<b>&', "x" * 90), (Series("s", (1.0, 2.0), ((0.5, 1.5), None)),))
    tree = ET.fromstring(as_file(dots(plot)))
    titles = [found.text for found in tree.iter(f"{SVG}title")]
    assert titles == ['a "<b>&: s 1 (0.5 to 1.5)', "x" * 90 + ": s 2"]
    assert as_file(dots(plot)) == as_file(dots(plot))
    marks = [float(found.attrib["cx"]) for found in tree.iter(f"{SVG}circle")]
    assert all(0 < x < WIDTH for x in marks)
    assert "prefers-color-scheme:dark" in as_file(dots(plot)).decode()
    assert max(len(found.text or "") for found in tree.iter(f"{SVG}text")) < 60


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([1.0, 9.0], (0, 10)), ([0.95, 1.0], (0.95, 1.0)), ([-3.0, 4.0], (-4, 4)), ([], (0, 1)),
        ([0.0], (0, 1)), ([5.0], (0, 5)), ([1e-9, 2e-9], (0, 2e-9)), ([1e300, 9e300], (0, 9e300)),
    ],
)  # fmt: skip
def test_ticks_are_round_and_reach_around_the_values(values: list[float], ends: tuple[float, float]) -> None:
    ticks = ticks_of(values)
    assert 2 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    assert ticks[0] <= min(values, default=0)
    assert ticks[-1] >= max(values, default=1) * (1 - 1e-9)
    assert (ticks[0], ticks[-1]) == pytest.approx(ends, rel=0.25)


def test_words_are_text_whatever_they_hold() -> None:
    assert text('<script>"&\x00\udcff') == "&lt;script&gt;&quot;&amp;\ufffd\ufffd"


def test_figures_have_as_many_digits_as_they_need() -> None:
    assert [figure(value) for value in (0.123456, 12.0, 1234.5, 0.0)] == ["0.1235", "12", "1,234", "0"]
