"""The one place in which the limits of a device are kept, whatever it is reached by.

A script becomes curves (`fit`), a curve becomes waypoints on the player's clock (`waypoints`), and a waypoint
becomes a command only here (`ramp`, `follow`), against what the device was really told last. So what is
late, skipped, sought, looped or played at another speed cannot make it faster than it may be.

Positions are those of the device (0..100 units), times on the player's clock whole milliseconds.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from funscribe.records import Script
from funscribe.script.axes import STROKE
from funscribe.script.limits import limit_speed, space_out
from funscribe.script.turning_points import rank_samples

# A way of 100 units takes 2 s: slow enough to be stopped by hand, and no long wait.
RAMP_SPEED = 50.0
SHORTEST_RAMP_MS = 300
# Nearer than this the device is where it should be, and nothing has to be ramped.
THERE = 0.5
# No command goes on for longer, so a device whose player is killed stands still after this.
LONGEST_MS = 500
TURN_DEPTH = 4.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a device must never be asked to exceed.

    Attributes:
        max_speed: Fastest movement (units/s).
        min_interval_ms: Least time from one command of an axis to the next (ms).
        low: Lowest position, and that of a script's 0 (units).
        high: Highest position, and that of a script's 100 (units).
        step: Least difference of positions that the device can be told (units).
    """

    max_speed: float
    min_interval_ms: int
    low: float = 0.0
    high: float = 100.0
    step: float = 0.01

    def __post_init__(self) -> None:
        if not 1 <= self.max_speed <= 10_000:
            raise ValueError(f"a limit of speed must lie in 1..10000 units/s, not {self.max_speed:g}")
        if not 1 <= self.min_interval_ms <= 1000:
            raise ValueError(f"a least interval must lie in 1..1000 ms, not {self.min_interval_ms}")
        if not 0 <= self.low < self.high <= 100:
            raise ValueError(f"a range must rise within 0..100, not go from {self.low:g} to {self.high:g}")
        if not 0 < self.step <= 10:
            raise ValueError(f"a step must lie in 0..10 units, not {self.step:g}")

    def in_steps(self, step: float) -> Limits:
        """The limits for a device that can be told no finer positions, its ends among these.

        Raises:
            ValueError: If the steps are too wide for the range.
        """
        low, high = math.ceil(self.low / step - 1e-9) * step, math.floor(self.high / step + 1e-9) * step
        return replace(self, low=max(low, self.low), high=min(high, self.high), step=step)

    @property
    def longest_ms(self) -> int:
        """Longest time that one command goes on for (ms), a half of which is no shorter than the interval."""
        return max(LONGEST_MS, 2 * self.min_interval_ms)

    @property
    def ramp_speed(self) -> float:
        """Speed of a first movement (units/s)."""
        return min(RAMP_SPEED, self.max_speed)


@dataclass(frozen=True, slots=True)
class Command:
    """What a device is told: be at a position after a time, moving evenly.

    Attributes:
        axis: Name of the axis.
        at_ms: When it is told, on the player's clock (ms).
        position: Where to go (units of the device).
        duration_ms: How long to take (ms), at least 1.
    """

    axis: str
    at_ms: int
    position: float
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where an axis ought to be at a time, and when to say so.

    Attributes:
        send_ms: When the way there begins, on the player's clock (ms).
        arrive_ms: When it ends (ms).
        axis: Name of the axis.
        position: Where to be then (units of the device).
    """

    send_ms: int
    arrive_ms: int
    axis: str
    position: float


@dataclass(frozen=True, slots=True)
class Course:
    """The way that an axis is on, from the last command it was given.

    Attributes:
        begin: Where it was then (units); None if nobody knew.
        end: Where it was sent.
        begin_ms: When it was told, on the player's clock (ms).
        end_ms: When it is there (ms).
    """

    begin: float | None
    end: float
    begin_ms: int
    end_ms: int

    def at(self, now_ms: int) -> float | None:
        """Where the axis is by now (units); None on the way from nobody knows where."""
        if now_ms >= self.end_ms:
            return self.end
        if self.begin is None:
            return None
        share = max(0, now_ms - self.begin_ms) / (self.end_ms - self.begin_ms)
        return self.begin + share * (self.end - self.begin)


@dataclass(frozen=True, slots=True)
class Curve:
    """What an axis is to follow, within the limits of the device.

    Attributes:
        axis: Name of the axis.
        time_ms: Times (K,), increasing, in the script at its own speed (ms).
        position: Positions (K,) (units of the device).
    """

    axis: str
    time_ms: Floats
    position: Floats

    def at(self, script_ms: float) -> float:
        """Position at a time of the script; before and after it those of its ends (units)."""
        return float(np.interp(script_ms, self.time_ms, self.position))


def fit(script: Script, limits: Limits, speed: float = 1.0, offset_ms: float = 0.0) -> tuple[Curve, ...]:
    """Curves of all axes that hold something, made to fit a device before they are played.

    Strokes that are too fast lose as much at the top as at the bottom, as in the filter `limit_speed`; the
    range of the script (0..100) becomes that of the device.

    Args:
        script: The script.
        limits: Those of the device.
        speed: How much faster than the script it is to be played.
        offset_ms: How much later it is to be played (ms).
    """
    return tuple(_curve(name, axis, limits, speed, offset_ms) for name, axis in axes_of(script).items())


def axes_of(script: Script) -> dict[str, Script]:
    """The axes of a script that hold something, the stroke first.

    A second stroke, for devices that also play the other axes, takes the place of the first one if there
    are other axes.
    """
    axes = {STROKE: script, **script.axes}
    return {name: axis for name, axis in axes.items() if len(axis)}


def _curve(name: str, axis: Script, limits: Limits, speed: float, offset_ms: float) -> Curve:
    share = (limits.high - limits.low) / 100
    rank = rank_samples(axis.at_ms, axis.pos.astype(np.float64), TURN_DEPTH)
    interval_ms = math.ceil(limits.min_interval_ms * speed)
    max_speed = limits.max_speed / (share * speed)
    times, rank = space_out(axis.at_ms, rank, interval_ms, max_speed)
    between = np.rint(np.interp(times, axis.at_ms, axis.pos)).astype(np.int64)
    position = limits.low + share * limit_speed(times, between, rank, max_speed)
    return Curve(name, times.astype(np.float64) + offset_ms, position.astype(np.float64))


def end_of(curves: tuple[Curve, ...]) -> float:
    """When the last of the curves ends (ms of the script), at least 0."""
    return max((float(curve.time_ms[-1]) for curve in curves), default=0.0)


def waypoints(
    curves: tuple[Curve, ...], from_ms: float, start_ms: int, speed: float = 1.0, longest_ms: int = LONGEST_MS
) -> Iterator[Waypoint]:
    """Waypoints of all curves from a time of the script on, in the order in which they are to be sent.

    Every time is counted from the start, so that no rounding adds up. Long ways are cut.

    Args:
        curves: What to follow.
        from_ms: Where in the script to begin (ms).
        start_ms: When that is, on the player's clock (ms).
        speed: How much faster than the script to play.
        longest_ms: Longest way that is not cut (ms).
    """
    each = [_waypoints(curve, from_ms, start_ms, speed, longest_ms) for curve in curves]
    return heapq.merge(*each, key=lambda point: (point.send_ms, point.axis))


def _waypoints(
    curve: Curve, from_ms: float, start_ms: int, speed: float, longest_ms: int
) -> Iterator[Waypoint]:
    first = int(np.searchsorted(curve.time_ms, from_ms, side="right"))
    here_ms, here = start_ms, curve.at(from_ms)
    for index in range(first, len(curve.time_ms)):
        there_ms = start_ms + round((float(curve.time_ms[index]) - from_ms) / speed)
        there = float(curve.position[index])
        pieces = math.ceil((there_ms - here_ms) / longest_ms)
        sent_ms = here_ms
        for piece in range(1, pieces + 1):
            share = piece / pieces
            arrive_ms = here_ms + round(share * (there_ms - here_ms))
            yield Waypoint(sent_ms, arrive_ms, curve.axis, here + share * (there - here))
            sent_ms = arrive_ms
        here_ms, here = there_ms, there


@dataclass(frozen=True, slots=True)
class Motion:
    """What a device is doing: the course of each axis since it was last stopped.

    Attributes:
        limits: What must not be exceeded.
        courses: The course of each axis that has been told anything; the others are nobody knows where.
        ready_ms: When the ramps are over, on the player's clock (ms).
    """

    limits: Limits
    courses: Mapping[str, Course]
    ready_ms: int = 0

    def at(self, now_ms: int) -> dict[str, float]:
        """Where each axis is by now, as far as that is known (units)."""
        found = ((axis, course.at(now_ms)) for axis, course in self.courses.items())
        return {axis: position for axis, position in found if position is not None}

    def next_ms(self, axis: str) -> int:
        """When an axis may be told something again, on the player's clock (ms)."""
        course = self.courses.get(axis)
        return (
            self.ready_ms
            if course is None
            else max(self.ready_ms, course.begin_ms + self.limits.min_interval_ms)
        )

    def after(self, commands: tuple[Command, ...], ready_ms: int | None = None) -> Motion:
        """The motion once the commands have been given."""
        courses = dict(self.courses)
        for command in commands:
            old = courses.get(command.axis)
            begin = None if old is None else old.at(command.at_ms)
            courses[command.axis] = Course(
                begin, command.position, command.at_ms, command.at_ms + command.duration_ms
            )
        return Motion(self.limits, courses, self.ready_ms if ready_ms is None else ready_ms)

    def stopped(self) -> Motion:
        """The motion after a stop or a loss: where the device stands now, nobody knows."""
        return Motion(self.limits, {})


def ramp(motion: Motion, goals: Mapping[str, float], now_ms: int) -> tuple[tuple[Command, ...], Motion]:
    """Slow movements to where a script begins or goes on, and the motion then; all arrive together.

    An axis that is nobody knows where gets the time that the whole way would take. What is there already
    is left alone.

    Args:
        motion: What the device is doing.
        goals: Where each axis is to be (units of the device).
        now_ms: The time on the player's clock, not before any axis may be told something again (ms).
    """
    here, limits = motion.at(now_ms), motion.limits
    # Rounded before the way is measured: a step more would be faster than the limit.
    told = {axis: _told(round(goal / limits.step), limits) for axis, goal in goals.items()}
    ways = {axis: abs(goal - here[axis]) if axis in here else 100.0 for axis, goal in told.items()}
    far = {axis: way for axis, way in ways.items() if way > THERE}
    if not far:
        return (), motion.after((), ready_ms=now_ms)
    least_ms = max(SHORTEST_RAMP_MS, limits.min_interval_ms)
    duration_ms = max(least_ms, math.ceil(max(far.values()) * 1000 / limits.ramp_speed))
    commands = tuple(Command(axis, now_ms, told[axis], duration_ms) for axis in far)
    return commands, motion.after(commands, ready_ms=now_ms + duration_ms)


def follow(motion: Motion, goal: Waypoint, now_ms: int) -> Command | None:
    """The command that brings an axis as near to a waypoint as it may go; None if there is to be none.

    None is for what is too late (less than half of its time is left), for an axis that may not be told
    anything yet, and for one that is there.

    Args:
        motion: What the device is doing.
        goal: Where it ought to be.
        now_ms: The time on the player's clock (ms).
    """
    course, left_ms = motion.courses.get(goal.axis), goal.arrive_ms - now_ms
    if course is None or now_ms < motion.next_ms(goal.axis):
        return None
    if left_ms < 1 or 2 * left_ms < goal.arrive_ms - goal.send_ms:
        return None
    here, limits = course.at(now_ms), motion.limits
    if here is None:
        return None
    wanted = min(max(goal.position, limits.low), limits.high)
    reach = limits.max_speed * left_ms / 1000
    # Rounded towards where it is, so that no rounding is faster than the limit.
    if wanted > here:
        position = _told(math.floor(min(wanted, here + reach) / limits.step + 1e-9), limits)
    else:
        position = _told(math.ceil(max(wanted, here - reach) / limits.step - 1e-9), limits)
    if (position > here) != (wanted > here) or abs(position - here) < limits.step / 2:
        return None
    return Command(goal.axis, now_ms, position, left_ms)


def _told(steps: int, limits: Limits) -> float:
    """The position (units) of that many steps, within the range."""
    return min(max(round(steps * limits.step, 9), limits.low), limits.high)
