import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funscribe.devices.demand import demand_of, remedies
from funscribe.devices.motion import Limits
from funscribe.records import Script
from funscribe.script.filters.step import parse

LIMITS = Limits(400, 60)


def script(*points, **axes):
    return Script(np.array([t for t, _ in points]), np.array([p for _, p in points]), axes=axes)


@pytest.mark.parametrize("points", [(), ((500, 40),), ((0, 0), (250, 100)), ((0, 0), (60, 24))])
def test_what_a_device_can_do_fits(points) -> None:
    demand = demand_of(script(*points), LIMITS)
    assert demand.fits
    assert demand.over_percent == 0
    assert remedies(demand, LIMITS) == ()


def test_passages_are_merged_and_the_worst_comes_first() -> None:
    points = [(0, 0), (200, 100), (400, 0), (900, 0), (1100, 100), (5000, 0), (5100, 100), (10_000, 100)]
    demand = demand_of(script(*points), LIMITS)
    spans = [(p.kind, p.start_s, p.end_s, p.worst, p.over_s) for p in demand.passages]
    assert spans == [("speed", 5.0, 5.1, 1000, 0.1), ("speed", 0, 1.1, 500, 0.6)]
    assert demand.over_s == pytest.approx(0.7)
    assert demand.over_percent == pytest.approx(7)
    assert demand.max_speed == 1000
    assert remedies(demand, LIMITS) == ("limit_speed(max_speed=400)",)


def test_actions_that_follow_too_soon_are_told_and_so_is_the_axis() -> None:
    demand = demand_of(script((0, 0), (1000, 9), roll=script((0, 5), (30, 6), (1000, 7))), LIMITS)
    (passage,) = demand.passages
    assert (passage.axis, passage.kind, passage.worst, passage.times) == ("roll", "interval", 30, 2)
    assert demand.min_interval_ms == 30


def test_a_smaller_range_asks_less() -> None:
    fast = script((0, 0), (200, 100))
    assert not demand_of(fast, LIMITS).fits
    assert demand_of(fast, Limits(400, 60, 10, 90)).fits
    narrow = Limits(300, 60, 10, 90)
    assert remedies(demand_of(fast, narrow), narrow) == ("limit_speed(max_speed=375)",)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 300), st.integers(0, 100)), min_size=2, max_size=60),
    st.floats(50, 600),
    st.integers(1, 200),
)
def test_the_filters_that_are_named_mend_it(steps, max_speed, interval) -> None:
    limits = Limits(max_speed, interval)
    asked = Script(np.cumsum([t for t, _ in steps]), np.array([p for _, p in steps]))
    for step in remedies(demand_of(asked, limits), limits):
        asked = parse(step)(asked)
    assert demand_of(asked, limits).fits
