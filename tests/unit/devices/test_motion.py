import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.devices.motion import (
    LONGEST_MS,
    Command,
    Course,
    Limits,
    Motion,
    Waypoint,
    axes_of,
    end_of,
    fit,
    follow,
    ramp,
    waypoints,
)
from funscribe.records import Script

LIMITS = Limits(400.0, 60)


def script(*points: tuple[int, int], **axes: Script) -> Script:
    return Script(np.array([t for t, _ in points]), np.array([p for _, p in points]), axes=axes)


@pytest.mark.parametrize(
    "values",
    [
        (0.5, 60), (math.nan, 60), (math.inf, 60), (400, 0), (400, 1001), (400, 60, 50, 50),
        (400, 60, -1, 100),
        (400, 60, 0, 101), (400, 60, math.nan, 100), (400, 60, 0, 100, 0), (400, 60, 0, 100, math.nan),
    ],
)  # fmt: skip
def test_limits_that_limit_nothing_are_refused(values) -> None:
    with pytest.raises(ValueError, match="must"):
        Limits(*values)


def test_a_range_shrinks_to_the_steps_of_the_device() -> None:
    coarse = Limits(400, 60, 5, 95).in_steps(10)
    assert (coarse.low, coarse.high, coarse.step) == (10, 90, 10)
    with pytest.raises(ValueError, match="range"):
        Limits(400, 60, 41, 49).in_steps(10)


def test_a_first_movement_is_slow_wherever_the_device_is() -> None:
    (command,), moving = ramp(Motion(LIMITS, {}), {"stroke": 3.0}, 100)
    assert command == Command("stroke", 100, 3.0, 2000)
    assert moving.ready_ms == 2100
    assert moving.at(2099) == {}
    assert moving.at(2100) == {"stroke": 3.0}
    assert follow(moving, Waypoint(2000, 2200, "stroke", 50), 2050) is None


def test_a_known_way_is_ramped_at_the_same_speed_and_none_is_none() -> None:
    moving = Motion(LIMITS, {"stroke": Course(0, 20, 0, 10)})
    (command,), _ = ramp(moving, {"stroke": 70.0}, 1000)
    assert command.duration_ms == 1000
    assert ramp(moving, {"stroke": 20.3}, 1000)[0] == ()


def test_rounding_makes_no_ramp_faster_than_the_limit() -> None:
    moving = Motion(Limits(11, 60, 0, 56.5).in_steps(3.0), {"stroke": Course(0, 0, 0, 10)})
    (command,), _ = ramp(moving, {"stroke": 4.6}, 100)
    assert command.position == 6.0
    assert command.position / command.duration_ms * 1000 <= 11


def test_a_ramp_that_is_broken_off_leaves_the_axis_unknown() -> None:
    _, moving = ramp(Motion(LIMITS, {}), {"stroke": 100.0}, 0)
    (command,), _ = ramp(moving, {"stroke": 90.0}, 100)
    assert command.duration_ms == 2000


def test_a_waypoint_too_far_is_approached() -> None:
    moving = Motion(LIMITS, {"stroke": Course(0, 0, 0, 1)})
    command = follow(moving, Waypoint(1000, 1100, "stroke", 100), 1000)
    assert command == Command("stroke", 1000, 40.0, 100)
    # Late, there is less time, so less of the way.
    late = follow(moving, Waypoint(1000, 1100, "stroke", 100), 1040)
    assert late is not None
    assert late.position == 24.0
    assert follow(moving, Waypoint(1000, 1100, "stroke", 100), 1051) is None


def test_another_command_waits_for_the_interval() -> None:
    moving = Motion(LIMITS, {"stroke": Course(0, 0, 1000, 1050)})
    assert moving.next_ms("stroke") == 1060
    assert follow(moving, Waypoint(1050, 1250, "stroke", 9), 1059) is None
    assert follow(moving, Waypoint(1050, 1250, "stroke", 9), 1060) is not None


def test_an_axis_that_was_never_ramped_is_not_moved() -> None:
    assert follow(Motion(LIMITS, {}), Waypoint(0, 200, "stroke", 9), 0) is None


def test_a_curve_is_within_range_and_speed_before_it_is_played() -> None:
    wild = script(*((100 * i, 100 * (i % 2)) for i in range(50)))
    (curve,) = fit(wild, Limits(400, 40, 20, 80), speed=2.0)
    speed = np.abs(np.diff(curve.position)) / np.diff(curve.time_ms) * 1000 * 2
    assert speed.max() <= 400 + 1e-9
    assert curve.position.min() >= 20
    assert curve.position.max() <= 80
    # As much is lost at the top as at the bottom.
    assert abs(curve.position.mean() - 50) < 2


def test_a_slow_script_is_followed_exactly_and_long_ways_are_cut() -> None:
    (curve,) = curves = fit(script((0, 0), (2000, 100), (2100, 90)), LIMITS, offset_ms=50)
    assert curve.at(1050) == 50
    points = list(waypoints(curves, 0, 10_000))
    assert points[0].send_ms == 10_000
    assert points[-1] == Waypoint(12_050, 12_150, "stroke", 90.0)
    assert max(point.arrive_ms - point.send_ms for point in points) <= LONGEST_MS
    assert end_of(curves) == 2150


def test_no_rounding_adds_up_in_hours() -> None:
    times = np.arange(0, 36_000_000, 333)
    long = Script(times, np.arange(len(times)) % 2 * 50)
    last = list(waypoints(fit(long, LIMITS, 1.1), 0, 0, 1.1))[-1]
    assert abs(last.arrive_ms - times[-1] / 1.1) <= 1


def test_axes_come_together_in_time() -> None:
    both = script((0, 0), (400, 50), roll=script((200, 0), (300, 20)), vib=script())
    assert list(axes_of(both)) == ["stroke", "roll"]
    sent = [point.send_ms for point in waypoints(fit(both, LIMITS), 0, 0)]
    assert sent == sorted(sent)


@given(
    begin=st.floats(0, 100),
    goal=st.floats(-50, 150),
    now=st.integers(0, 500),
    speed=st.floats(1, 10_000),
    low=st.floats(0, 40),
    high=st.floats(60, 100),
    step=st.sampled_from([0.01, 0.1, 1.0, 3.3]),
)
def test_no_command_is_faster_or_farther_than_the_limits(begin, goal, now, speed, low, high, step) -> None:
    limits = Limits(speed, 60, low, high).in_steps(step)
    begin = min(max(begin, limits.low), limits.high)
    moving = Motion(limits, {"stroke": Course(begin, limits.low, -200, 300)})
    command = follow(moving, Waypoint(0, 500, "stroke", goal), now)
    if command is not None:
        here = moving.courses["stroke"].at(now)
        assert here is not None
        assert abs(command.position - here) <= speed * command.duration_ms / 1000 + 1e-6
        assert limits.low <= command.position <= limits.high
