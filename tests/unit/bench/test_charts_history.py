"""The chart of a case over the saved runs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from types import ModuleType

import msgspec
import pytest

from funscribe.bench.charts_history import FOOT, HEIGHT, LEFT, RIGHT, TOP, WIDTH, curve, told
from funscribe.bench.report_history import Series, history_of


def series(runs: ModuleType, values: list[float], per: int = 100) -> Series:
    made = [runs.run(n, {"a": value}, f"0.{n // per}") for n, value in enumerate(values)]
    return history_of(made)[0].series[0]


def path(svg: str, kind: str) -> list[tuple[float, float]]:
    found = re.search(rf'class="{kind}" d="M([^"Z]*)', svg)
    assert found
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", found[1])]


@pytest.mark.parametrize("count", [2, 7, 60, 61, 1000])
def test_the_line_goes_from_left_to_right_within_the_axes(saved_runs: ModuleType, count: int) -> None:
    svg = curve(series(saved_runs, [100.0 + n % 7 for n in range(count)]), 0, 0)
    ET.fromstring(svg)
    line = path(svg, "line")
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    for x, y in line + path(svg, "band"):
        assert LEFT <= x <= WIDTH - RIGHT
        assert TOP <= y <= HEIGHT - FOOT
    assert len(svg) < 20_000


def test_one_run_is_a_dot(saved_runs: ModuleType) -> None:
    svg = curve(series(saved_runs, [100.0]), 0, 0)
    ET.fromstring(svg)
    assert svg.count("<circle") == 2
    assert "2030-01-01" in svg


def test_what_became_slower_is_marked_where_it_did(saved_runs: ModuleType) -> None:
    one = series(saved_runs, [100.0] * 4 + [70.0] * 4 + [100.0] * 4, per=4)
    svg = curve(one, 3, 5)
    assert svg.count('class="slower"') == 1
    assert svg.count('class="faster"') == 1
    assert svg.count('class="border"') == 1
    assert 'data-track="3" data-series="5"' in svg
    assert re.match(
        r"0\.1 at c0\.1: slower, takes 4\d\.\d% longer than 0\.0 at c0\.0 \(\+\d", told(one.changes[0])
    )
    assert "less than" in told(one.changes[1])


def test_runs_of_one_day_are_told_by_the_hour(saved_runs: ModuleType) -> None:
    one = series(saved_runs, [1.0, 2.0])
    points = tuple(msgspec.structs.replace(p, at=f"2030-01-01T0{n}:00:00Z") for n, p in enumerate(one.points))
    svg = curve(msgspec.structs.replace(one, points=points), 0, 0)
    assert ">2030-01-01 00:00<" in svg
    assert ">2030-01-01 01:00<" in svg


@pytest.mark.parametrize("value", [0.0, -5.0, 1e-300, 1e300])
def test_figures_of_any_size_are_drawn(saved_runs: ModuleType, value: float) -> None:
    one = series(saved_runs, [1.0, 1.0])
    points = tuple(msgspec.structs.replace(p, value=value, least=value, most=value) for p in one.points)
    svg = curve(msgspec.structs.replace(one, points=points), 0, 0)
    ET.fromstring(svg)
    assert "nan" not in svg
    assert "inf" not in svg


def test_names_are_text(saved_runs: ModuleType) -> None:
    one = msgspec.structs.replace(series(saved_runs, [1.0]), case='"><script>x</script>')
    assert "<script" not in curve(one, 0, 0)
