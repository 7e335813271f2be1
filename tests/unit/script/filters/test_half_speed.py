import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse
from funscribe.zigzag import turns


def test_of_two_strokes_one_is_left_as_deep():
    at = np.arange(0, 8001, 250)
    script = Script(at, [0, 100] * 16 + [0])
    got = parse("half_speed")(script)
    assert len(turns(got.pos, 50).first) == len(turns(script.pos, 50).first) // 2
    assert set(got.pos.tolist()) == {0, 100}
    inner = np.diff(got.at_ms)[1:-1]
    assert set(inner.tolist()) == {500}
    assert got.at_ms[[0, -1]].tolist() == [0, 8000]


def test_the_deeper_of_both_counts():
    got = parse("half_speed")(Script(np.arange(6) * 500, [50, 90, 30, 80, 10, 50]))
    assert got.at_ms.tolist() == [0, 500, 1500, 2500]
    assert got.pos.tolist() == [50, 90, 10, 50]


def test_rests_stay_where_they_are():
    strokes = [0, 100] * 8
    at = [*range(0, 4000, 250), 12_000, *range(12_250, 16_250, 250)]
    script = Script(at, [*strokes, 100, *strokes])
    got = parse("half_speed")(script)
    at_rest = (got.at_ms >= 3750) & (got.at_ms <= 12_000)
    assert got.at_ms[at_rest].tolist() == [3750, 12_000]
    assert got.pos[at_rest].tolist() == [100, 100]


def test_it_is_not_faster_anywhere():
    rng = np.random.default_rng(4)
    script = Script(np.cumsum(rng.integers(100, 400, 300)), rng.integers(0, 101, 300))
    got = parse("half_speed")(script)
    before = np.abs(np.diff(script.pos)) / np.diff(script.at_ms)
    assert (np.abs(np.diff(got.pos)) / np.diff(got.at_ms)).max() <= before.max()
