import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.filters import parse


@settings(max_examples=50)
@given(st.binary(max_size=90), st.integers(1, 300))
def test_no_action_follows_too_soon(drawn, interval):
    values = np.frombuffer(drawn, np.uint8).astype(int)
    count = len(values) // 2
    script = Script(np.cumsum(1 + values[:count]), values[count : 2 * count] % 101)
    got = parse(f"min_interval(interval_ms={interval})")(script)
    assert np.all(np.diff(got.at_ms) >= interval)
    assert count == 0 or len(got) >= 1


def test_a_long_dense_script_is_thinned_and_not_deleted():
    # 6000 actions 20 ms apart: a third of them has room at 60 ms.
    at = np.arange(6000) * 20
    script = Script(at, np.rint(50 - 50 * np.cos(2 * np.pi * at / 900)))
    got = parse("min_interval(interval_ms=60)")(script)
    assert 1800 <= len(got) <= 2001
    assert np.abs(np.interp(at, got.at_ms, got.pos) - script.pos).mean() < 2


def test_what_has_room_stays():
    script = Script([0, 60, 200], [0, 90, 5])
    assert parse("min_interval(interval_ms=60)")(script).at_ms.tolist() == [0, 60, 200]
