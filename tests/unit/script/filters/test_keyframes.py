import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.filters import parse


def test_turning_points_are_left_with_the_ends():
    at = np.arange(0, 4001, 20)
    got = parse("keyframes")(Script(at, np.rint(50 - 40 * np.cos(2 * np.pi * at / 1000))))
    assert got.at_ms.tolist() == list(range(0, 4001, 500))
    assert got.pos.tolist() == [10, 90] * 4 + [10]


def test_a_spike_does_not_survive_however_high():
    script = Script([0, 1000, 1010, 1020, 3000, 3500], [20, 20, 100, 20, 20, 90])
    assert parse("keyframes(least_ms=50)")(script).at_ms.tolist() == [0, 1000, 3000, 3500]
    stroke = Script([0, 240, 260, 500, 1000], [0, 60, 30, 100, 0])
    assert parse("keyframes(least_ms=50)")(stroke).pos.tolist() == [0, 100, 0]


@settings(max_examples=50)
@given(st.binary(max_size=90), st.sampled_from([0, 20, 100, 500]))
def test_the_least_time_holds_between_all(drawn, least):
    values = np.frombuffer(drawn, np.uint8).astype(int)
    count = len(values) // 2
    script = Script(np.cumsum(1 + values[:count]), values[count : 2 * count] % 101)
    got = parse(f"keyframes(least_ms={least})")(script)
    assert np.all(np.diff(got.at_ms) >= least)
    assert set(got.at_ms.tolist()) <= set(script.at_ms.tolist())
    if count:
        assert got.at_ms[0] == script.at_ms[0]
