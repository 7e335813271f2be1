"""What there is to measure: every case is one that can be, under a name of its own."""

from __future__ import annotations

import inspect

import pytest

from funscribe.bench.drawn import SIZES
from funscribe.bench.probe import WORKS
from funscribe.bench.quick import NO_MODEL, Case, Extent, group_4k, groups


def every(extent: Extent) -> list[Case]:
    return [case for group in (*groups(extent), group_4k(extent, 500.0)) for case in group.make("clip.mp4")]


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("cores", [1, 2, 3, 64])
def test_every_case_can_be_measured_and_has_its_own_name(quick: bool, cores: int) -> None:
    cases = every(Extent(quick, cores, model="m.onnx"))
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        inspect.signature(WORKS[case.work]).bind(**case.settings)
        assert 1 <= case.crew <= 32
        assert case.what
    for group in groups(Extent(quick, cores)):
        assert group.clip in ("", *SIZES)


def test_a_quick_run_has_fewer_cases_that_are_all_in_the_long_one() -> None:
    quick, full = ({case.name for case in every(Extent(quick, 4))} for quick in (True, False))
    assert quick < full


def test_memory_bounds_the_workers() -> None:
    assert max(case.crew for case in every(Extent(False, 64, most_crew=4))) == 4


def test_4k_is_measured_only_where_that_is_fast_enough() -> None:
    assert group_4k(Extent(False, 2), 100.0).why_not == ""
    assert "12 frames/s" in group_4k(Extent(False, 2), 12.0).why_not
    assert "not known" in group_4k(Extent(False, 2), None).why_not
    assert "quick" in group_4k(Extent(True, 2), 500.0).why_not


def test_a_long_clip_is_not_made_into_a_script_again_and_again() -> None:
    found = {group.name: group.why_not for group in groups(Extent(True, 2, large="clip", too_long=True))}
    assert "longer than 120 s" in found["whole/clip"]
    assert found["watch/clip"] == ""


def test_without_a_model_it_says_how_to_get_one() -> None:
    assert groups(Extent(True, 2))[-1].why_not == NO_MODEL
    assert groups(Extent(True, 2, no_model="damaged"))[-1].why_not == "damaged"
    assert groups(Extent(True, 2, model="m.onnx"))[-1].why_not == ""
