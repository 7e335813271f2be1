import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script.filters import parse

AT = np.arange(0, 60_000, 33)


def wave(hz, half=45.0, noise=0.0):
    rng = np.random.default_rng(9)
    pos = 50 - half * np.cos(2 * np.pi * hz * AT / 1000) + rng.normal(0, noise, len(AT))
    return Script(AT, np.clip(np.rint(pos), 0, 100))


@settings(max_examples=30)
@given(st.binary(max_size=160), st.sampled_from([30, 400, 1000]), st.sampled_from([1, 60, 200]))
def test_its_limits_hold(drawn, speed, interval):
    values = np.frombuffer(drawn, np.uint8).astype(int)
    count = len(values) // 2
    script = Script(np.cumsum(1 + values[:count]), values[count : 2 * count] % 101)
    got = parse(f"autotune(max_speed={speed}, min_interval_ms={interval})")(script)
    assert np.all(np.abs(np.diff(got.pos)) * 1000 <= speed * np.diff(got.at_ms))
    assert np.all(np.diff(got.at_ms) >= interval)


def test_noise_goes_and_strokes_stay():
    got = parse("autotune(fill=0)")(wave(0.8, noise=4))
    clean = 50 - 45 * np.cos(2 * np.pi * 0.8 * AT / 1000)
    error = np.abs(np.interp(AT, got.at_ms, got.pos) - clean)
    assert error.mean() < 3
    assert len(got) < len(AT) / 3


def test_a_clean_script_is_only_made_shorter():
    got = parse("autotune(fill=0, max_speed=1000)")(wave(0.8))
    clean = 50 - 45 * np.cos(2 * np.pi * 0.8 * AT / 1000)
    assert np.abs(np.interp(AT, got.at_ms, got.pos) - clean).max() < 3.5


def test_fast_strokes_are_not_smoothed_away():
    got = parse("autotune(fill=0, max_speed=5000, min_interval_ms=1)")(wave(4, noise=3))
    assert np.percentile(got.pos, 95) - np.percentile(got.pos, 5) > 75


def test_sparse_full_slow_strokes_stay_as_they_are():
    script = Script(np.arange(60) * 500, [0, 100] * 30)
    got = parse("autotune")(script)
    assert np.array_equal(got.at_ms, script.at_ms)
    assert np.array_equal(got.pos, script.pos)


def test_unused_range_is_filled_as_far_as_asked():
    script = Script(np.arange(60) * 500, [30, 70] * 30)
    assert set(parse("autotune(fill=1)")(script).pos.tolist()) == {0, 100}
    assert set(parse("autotune(fill=0.5)")(script).pos.tolist()) == {15, 85}
