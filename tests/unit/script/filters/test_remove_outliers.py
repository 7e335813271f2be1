import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse


def test_a_spike_goes():
    at = np.arange(0, 2000, 100)
    pos = np.rint(50 - 30 * np.cos(at / 300)).astype(int)
    spiked = np.insert(pos, 7, 100), np.insert(at, 7, 650)
    script = Script(spiked[1], spiked[0])
    got = parse("remove_outliers(max_speed=500)")(script)
    assert np.array_equal(got.at_ms, at)
    assert np.array_equal(got.pos, pos)


def test_several_actions_there_go_if_they_stay_briefly():
    script = Script([0, 500, 510, 560, 570, 1000], [20, 20, 95, 97, 22, 20])
    assert parse("remove_outliers")(script).at_ms.tolist() == [0, 500, 570, 1000]
    assert len(parse("remove_outliers(longest_ms=20)")(script)) == 6


def test_a_step_is_no_spike():
    script = Script([0, 500, 510, 1000], [20, 20, 95, 95])
    assert len(parse("remove_outliers")(script)) == 4


def test_fast_strokes_are_not_taken_for_spikes():
    script = Script(np.arange(40) * 80, [0, 100] * 20)
    assert len(parse("remove_outliers(max_speed=800)")(script)) == 40
