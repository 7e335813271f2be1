from itertools import pairwise

import numpy as np
import pytest

from funscribe.errors import OutputNotWritable
from funscribe.pipeline.comparing import compare_scripts, shifted, write_script_comparison
from funscribe.records import Script

RNG = np.random.default_rng(7)
AT = np.cumsum(RNG.integers(250, 600, 150)) + 15_000
POS = np.where(np.arange(150) % 2, RNG.integers(60, 101, 150), RNG.integers(0, 40, 150))
GOOD = Script(AT, POS)


def test_a_script_is_like_itself():
    found = compare_scripts(GOOD, GOOD)
    assert (found.scores.r, found.scores.f1, found.scores.lag_ms) == (pytest.approx(1), 1, 0)
    assert (found.depth_rank, found.mean_error, found.shift_ms) == (pytest.approx(1), 0, 0)
    assert found.passages == ()


def test_upside_down_is_alike_but_for_the_sign():
    found = compare_scripts(Script(AT, 100 - POS), GOOD)
    assert found.scores.sign == -1
    assert found.mean_error == pytest.approx(0)
    assert found.passages == ()


def test_passages_that_differ_are_found():
    bad = POS.copy()
    inside = (AT >= 35_000) & (AT < 45_000)
    bad[inside] = 100 - bad[inside]
    (passage,) = compare_scripts(Script(AT, bad), GOOD).passages
    assert passage.start_s == pytest.approx(35, abs=2.1)
    assert passage.end_s == pytest.approx(45, abs=2.1)
    assert passage.error > 20


def test_passages_close_to_each_other_are_one():
    bad = POS.copy()
    for start in (25_000, 30_500, 50_000):
        inside = np.abs(AT - start - 2250) < 2250
        bad[inside] = 100 - bad[inside]
    found = compare_scripts(Script(AT, bad), GOOD).passages
    assert [round(p.start_s) for p in found] == [pytest.approx(25, abs=2), pytest.approx(50, abs=2)]
    assert all(a.end_s < b.start_s for a, b in pairwise(found))


def test_two_scripts_with_nothing_alike_differ_in_one_passage():
    (passage,) = compare_scripts(Script([0, 90_000], [0, 0]), Script([0, 90_000], [80, 80])).passages
    assert (passage.start_s, passage.end_s, passage.error) == (0, 90, 80)


def test_scripts_are_aligned_only_if_asked():
    late = shifted(GOOD, 3500)
    assert compare_scripts(late, GOOD).mean_error > 15
    found = compare_scripts(late, GOOD, align=True)
    assert found.shift_ms == pytest.approx(3500, abs=20)
    assert found.mean_error < 3
    assert found.scores.f1 == 1


def test_shifting_leaves_out_what_comes_before_the_start():
    moved = shifted(Script([0, 100, 200], [1, 2, 3], {"a": 1}), -100)
    assert (moved.at_ms.tolist(), moved.pos.tolist(), moved.metadata) == ([0, 100], [2, 3], {"a": 1})


@pytest.mark.parametrize("one", [Script([], []), Script([5], [50])])
@pytest.mark.parametrize("other", [Script([], []), Script([5], [50]), GOOD])
def test_nothing_to_compare(one, other):
    for first, second in ((one, other), (other, one)):
        found = compare_scripts(first, second, align=True)
        assert found.passages == ()
        assert found.scores.r is None or found.scores.r == 0


def test_a_picture_of_both(tmp_path):
    found = compare_scripts(shifted(GOOD, 500), GOOD, align=True)
    write_script_comparison(tmp_path / "c.png", shifted(GOOD, 500), GOOD, found, ("a", "b"))
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OutputNotWritable):
        write_script_comparison(tmp_path / "none" / "c.png", GOOD, GOOD, found, ("a", "b"))
