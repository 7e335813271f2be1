from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.records import Script
from funscribe.script import script_stats
from funscribe.script.stats import OverLimit, over_limit


def test_figures_of_a_known_script():
    # Two strokes at 100 and 200 units/s, then 4 s of creeping, which is idle.
    got = script_stats(Script([1000, 2000, 3000, 3500, 4000, 8000], [0, 100, 0, 100, 0, 8]))
    assert asdict(got) == pytest.approx(
        {
            "actions": 6,
            "duration_s": 7.0,
            "active_s": 3.0,
            "idle_percent": 100 * 4 / 7,
            "strokes": 1.5,
            "strokes_per_min": 30.0,
            "mean_speed": 400 / 3,
            "mean_segment_speed": 150.0,
            "median_speed": 150.0,
            "p95_speed": 200.0,
            "max_speed": 200.0,
            "min_interval_ms": 500,
            "lowest": 0,
            "highest": 100,
        }
    )


@pytest.mark.parametrize("script", [Script([], []), Script([5], [50]), Script([0, 5000], [50, 50])])
def test_scripts_without_motion(script):
    got = script_stats(script)
    assert (got.mean_speed, got.max_speed, got.strokes, got.strokes_per_min) == (0, 0, 0, 0)
    assert got.actions == len(script)
    assert (got.lowest is None) == (len(script) == 0)


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 100)), max_size=30))
def test_figures_stay_in_their_ranges(steps):
    at, total = [], 0
    for gap, _ in steps:
        total += gap
        at.append(total)
    got = script_stats(Script(at, [pos for _, pos in steps]))
    assert 0 <= got.idle_percent <= 100
    assert 0 <= got.active_s <= got.duration_s + 1e-9
    assert got.median_speed <= got.max_speed
    assert got.p95_speed <= got.max_speed


def test_where_a_device_is_asked_too_much():
    script = Script([0, 100, 200, 1200, 1300], [0, 50, 0, 10, 100])
    got = over_limit(script, 400)
    assert got.passages == ((0.0, 0.2, 500.0), (1.2, 1.3, 900.0))
    assert got.seconds == pytest.approx(0.3)
    assert got.percent == pytest.approx(100 * 0.3 / 1.3)
    # At the limit is not over it.
    assert over_limit(script, 900).passages == ()


@pytest.mark.parametrize("script", [Script([], []), Script([5], [50])])
def test_a_script_that_does_not_move_asks_nothing(script):
    assert over_limit(script, 1) == OverLimit(0.0, 0.0, ())


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_limit_is_above_nothing(limit):
    with pytest.raises(ValueError, match="above 0"):
        over_limit(Script([], []), limit)
