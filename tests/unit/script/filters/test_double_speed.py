import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse
from funscribe.zigzag import turns


def test_each_stroke_becomes_two_as_deep():
    script = Script(np.arange(34) * 500, [50, *[0, 100] * 16, 50])
    got = parse("double_speed")(script)
    # All but the last way, which has no partner.
    assert len(turns(got.pos, 50).first) == 2 * 30 + 2
    assert set(got.pos[1:-1].tolist()) == {0, 100}
    assert np.diff(got.at_ms)[1:-2].tolist() == [250] * 60
    assert got.at_ms[[0, -1]].tolist() == [0, 16_500]


def test_where_it_was_deepest_it_still_is():
    got = parse("double_speed")(Script(np.arange(7) * 500, [50, 90, 30, 80, 10, 70, 50]))
    assert got.at_ms.tolist() == [0, 500, 750, 1000, 1250, 1500, 1750, 2000, 2250, 2500, 3000]
    assert got.pos.tolist() == [50, 90, 30, 85, 30, 80, 10, 75, 10, 70, 50]


def test_a_passage_that_hardly_moves_stays():
    script = Script([0, 500, 1000], [50, 52, 50])
    assert parse("double_speed")(script).pos.tolist() == [50, 52, 50]
