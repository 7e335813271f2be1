from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.field import fit_camera
from funscribe.motion import MotionOptions, extract
from funscribe.motion.passages import Passage, best_cuts, find_passages
from funscribe.testing.fields import GRID, moving, seconds, trace_of, wave

PART_S = 20
PLAIN = MotionOptions()


def still(time_s):
    return {}


def up(hz, way=0.1, x=0.0):
    return lambda time_s: {"y": way * wave(hz, time_s), "x": x}


def across(hz):
    return lambda time_s: {"x": 0.1 * wave(hz, time_s)}


def field_of(*parts):
    time_s = seconds(PART_S)
    return np.concatenate([moving(time_s, **part(time_s)) for part in parts])


def passages(field, cut=None, options=PLAIN):
    trace = trace_of(field, cut=cut)
    camera = fit_camera(trace)
    return find_passages(trace, camera, extract(trace, camera, options), options)


@pytest.mark.parametrize(
    "parts",
    [
        (up(0.6), up(1.8)),
        (up(1.8), up(3.0, 0.06)),
        (up(1.2), still, up(1.2)),
        (up(1.2), across(1.2), up(1.2)),
        (up(1.2, x=-0.4), up(1.2, x=0.4), up(1.2, x=-0.1)),
        (up(0.5), across(2.0), still, up(2.5)),
    ],
    ids=["tempo", "faster", "rest", "direction", "place", "all"],
)
def test_a_change_of_the_motion_begins_a_passage(parts):
    found = passages(field_of(*parts))
    assert [p.start_s for p in found] == pytest.approx([PART_S * k for k in range(len(parts))], abs=1.0)
    assert found[-1].end_s == pytest.approx(PART_S * len(parts), abs=0.1)
    assert all(one.end_s == other.start_s for one, other in pairwise(found))


@pytest.mark.parametrize("part", [up(1.2), up(0.2, 0.15), across(3.0), still])
def test_what_stays_the_same_is_one_passage(part):
    time_s = seconds(60)
    assert len(passages(moving(time_s, **part(time_s)))) == 1


def test_speeds_and_names():
    found = passages(field_of(up(1.2), still, up(3.0)))
    assert [p.kind for p in found] == ["medium", "rest", "fast"]
    assert found[0].speed == pytest.approx(2 * 100 * 1.2, rel=0.2)
    chapters = [p.chapter() for p in found]
    assert chapters[1].name == "rest"
    assert chapters[2].name == f"fast, {found[2].speed:.0f} units/s"
    assert (chapters[0].start_s, chapters[2].end_s) == (found[0].start_s, found[2].end_s)
    assert Passage(0, 1, 60).kind == "slow"


def test_a_boundary_lies_at_the_cut_that_is_near():
    cut = np.zeros(2 * PART_S * 30)
    cut[PART_S * 30 + 17] = 0.9
    assert passages(field_of(up(0.6), across(1.8)), cut)[1].start_s == pytest.approx(PART_S + 17 / 30)


def test_none_is_shorter_than_asked():
    field = np.concatenate([field_of(up(1.0))[:150], field_of(across(2.0)), field_of(up(0.5))[:210]])
    assert min(p.end_s - p.start_s for p in passages(field)) > 8
    assert min(p.end_s - p.start_s for p in passages(field, options=MotionOptions(chapter_s=25))) > 23


def test_clips_too_short_for_a_passage_and_signals_of_another_clip():
    assert passages(moving(seconds(0))) == ()
    assert passages(moving(seconds(0.2))) == ()
    assert len(passages(moving(seconds(3)))) == 1
    trace = trace_of(moving(seconds(2)))
    other = trace_of(moving(seconds(1)))
    camera = fit_camera(trace)
    with pytest.raises(ValueError, match="30 frames, not 60"):
        find_passages(trace, camera, extract(other, fit_camera(other), MotionOptions()), MotionOptions())


def brute(rows, least, price):
    """The best cuts by trying all of them."""
    count, best = len(rows), {0: (-price, [])}
    for stop in range(1, count + 1):
        options = []
        for start in [k for k in best if stop - k >= least]:
            part = rows[start:stop]
            cost = ((part - part.mean(0)) ** 2).sum()
            options.append((best[start][0] + cost + price, [*best[start][1], start]))
        if options:
            best[stop] = min(options, key=lambda each: each[0])
    return best[count][0] if count in best else None


def cost_of(rows, cuts, price):
    edges = [0, *cuts, len(rows)]
    parts = [rows[a:b] for a, b in pairwise(edges)]
    return sum(((part - part.mean(0)) ** 2).sum() for part in parts) + price * len(cuts)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 40), least=st.integers(1, 6), price=st.floats(0.1, 30), seed=st.integers(0, 999))
def test_pruning_loses_no_better_cuts(count, least, price, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, 2)) + 4 * (rng.random((count, 1)) < 0.1).cumsum(0)
    cuts = best_cuts(rows, least, price)
    edges = [0, *cuts, count]
    assert all(b - a >= min(least, count) for a, b in pairwise(edges))
    if count >= 2 * least:
        assert cost_of(rows, cuts, price) == pytest.approx(brute(rows, least, price))


@settings(max_examples=20, deadline=None)
@given(
    count=st.integers(0, 300),
    size=st.sampled_from([0.0, 1e-4, 50.0, np.nan, np.inf]),
    seed=st.integers(0, 99),
)
def test_any_clip_is_covered(count, size, seed):
    rng = np.random.default_rng(seed)
    field = rng.normal(size=(count, *GRID, 2)) * size
    time_s = np.cumsum(rng.choice([0.001, 0.033, 0.5], count))
    trace = trace_of(field, time_s)
    camera = np.zeros((count, 4), np.float32)
    found = find_passages(trace, camera, extract(trace, camera, MotionOptions()), MotionOptions())
    if found:
        assert (found[0].start_s, found[-1].end_s) == (time_s[0], time_s[-1])
    for passage in found:
        assert passage.chapter().end_s > passage.start_s >= 0
