"""Pairs of processes: turns, sides, and when there are enough of them."""

from __future__ import annotations

from itertools import count

import pytest

from funscribe.bench import pairing
from funscribe.bench.pairing import Pair, PairedCase, Pairing, compare_case, judged, measure_pair
from funscribe.bench.probe import PLANT_VARIABLE
from funscribe.bench.sitting import NotMeasured, Side

CASE = PairedCase("track", "tracking", "track", {"tracker": "bytetrack", "objects": 2, "frames": 60}, 2)
BASE, NEW = Side("base"), Side("new")


def pair(ratio: float, memory: float | None = 100.0) -> Pair:
    return Pair((0.1, 0.1 * ratio), (0.2, 0.2 * ratio), (memory, memory and 1.5 * memory))


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Pairs a third slower, without a process; which of them were swapped."""
    swapped: list[bool] = []
    number = count()

    def measure(case: PairedCase, base: Side, new: Side, *, swapped_: bool = False, **more: bool) -> Pair:
        swapped.append(more["swapped"])
        return pair(1.3 + 0.01 * (next(number) % 3))

    monkeypatch.setattr(pairing, "measure_pair", measure)
    return swapped


@pytest.mark.parametrize("swapped", [False, True])
def test_a_pair_of_real_processes_keeps_its_sides(swapped: bool) -> None:
    planted = Side("new", environment={PLANT_VARIABLE: "2.0"})
    found = measure_pair(CASE, BASE, planted, swapped=swapped)
    assert found.cpu_s[1] > 1.5 * found.cpu_s[0] > 0
    assert found.wall_s[1] > found.wall_s[0]
    assert (found.peak_mb[0] is None) == (found.peak_mb[1] is None)


def test_pairs_end_when_the_answer_is_settled_and_turn_about(made_up: list[bool]) -> None:
    told: list[str] = []
    found = compare_case(CASE, BASE, NEW, tell=told.append)
    assert (found.verdict, found.pairs) == ("slower", 8)
    assert made_up == [False, True] * 4
    assert told[-1] == "track: 8 pairs"
    assert found.memory is not None
    assert found.memory.ratio == pytest.approx(1.5)


def test_the_bound_of_pairs_holds_and_too_few_give_no_verdict(made_up: list[bool]) -> None:
    found = compare_case(CASE, BASE, NEW, Pairing(most_pairs=3))
    assert (found.verdict, found.pairs) == ("no difference shown", 3)
    assert found.wall is not None
    assert found.wall.ratio == pytest.approx(1.31, abs=0.02)


def test_a_case_that_one_side_does_not_have_is_told() -> None:
    missing = PairedCase("track/none", "tracking", "track", {"tracker": "none such"})
    found = compare_case(missing, BASE, NEW)
    assert found.verdict == "not measured"
    assert found.why_not.startswith("base: ")
    with pytest.raises(NotMeasured):
        measure_pair(missing, BASE, NEW, swapped=True)


def test_what_is_not_known_is_left_out() -> None:
    blind = [Pair((0.1, 0.1), (0.0, 0.0), (None, None))] * 8
    found = judged("x", blind, Pairing())
    assert found.cpu is None
    assert found.memory is None
    assert found.base_mb is None
    assert found.verdict == "no difference shown"
