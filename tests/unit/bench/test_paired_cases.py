"""The cases of comparisons exist, and a wrong name is told."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from funscribe.bench import paired_cases as module
from funscribe.bench.paired_cases import NAMES, QUICK, paired_cases
from funscribe.bench.probe import WORKS


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "drawn_clip", lambda name, work, tell: Path(f"{name}.mp4"))


def test_every_case_is_a_work_with_arguments_that_it_takes() -> None:
    cases = paired_cases(["all"])
    assert tuple(case.name for case in cases) == NAMES
    for case in cases:
        inspect.signature(WORKS[case.work]).bind(**case.settings)
        assert case.units % 2 == 0
        assert case.what


def test_the_quick_ones_are_those_without_names() -> None:
    assert tuple(case.name for case in paired_cases()) == QUICK
    assert [case.name for case in paired_cases(["compose", "start", "compose"])] == ["compose", "start"]


@pytest.mark.parametrize("name", ["composes", "", "decode"])
def test_a_wrong_name_is_told_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match="there are: start, decode/480p"):
        paired_cases([name])
