"""What a script asks of a device, and where that is too much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from funscribe.devices.motion import Limits, axes_of
from funscribe.records import Script
from funscribe.zigzag import runs

# Passages with less between them are one: that is how people look for them.
MERGED_WITHIN_MS = 1000
Kind = Literal["speed", "interval"]


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A passage in which a script asks too much.

    Attributes:
        axis: Name of the axis.
        kind: What is too much: "speed", or "interval" if actions follow each other too soon.
        start_s: Where it begins (s).
        end_s: Where it ends (s).
        worst: The highest speed (units/s) or the shortest interval (ms).
        over_s: How long it is too much in the passage (s).
        times: How much the limit is exceeded: 2 is twice as fast, or twice as soon.
    """

    axis: str
    kind: Kind
    start_s: float
    end_s: float
    worst: float
    over_s: float
    times: float


@dataclass(frozen=True, slots=True)
class Demand:
    """What a script asks of a device.

    Attributes:
        passages: Where it is too much, worst first.
        over_s: Time of the segments that ask too much (s), the axes with the most of it.
        over_percent: Share of the time from the first to the last action of that axis (%).
        max_speed: Highest speed that is asked for (units/s).
        min_interval_ms: Least time between two actions (ms); None for fewer than two.
    """

    passages: tuple[TooMuch, ...]
    over_s: float
    over_percent: float
    max_speed: float
    min_interval_ms: int | None

    @property
    def fits(self) -> bool:
        """Whether the device can do all of it."""
        return not self.passages


def demand_of(script: Script, limits: Limits) -> Demand:
    """What all axes of a script ask of a device with these limits; its range is taken for 0..100 units.

    A segment is what lies between two neighbouring actions; its speed is |difference of positions| ÷ time,
    less where the range of the device is smaller than that of the script.
    """
    passages: list[TooMuch] = []
    over_s = percent = max_speed = 0.0
    least: list[int] = []
    for name, axis in axes_of(script).items():
        interval_ms = np.diff(axis.at_ms)
        speed = np.abs(np.diff(axis.pos)) / interval_ms * 10 * (limits.high - limits.low)
        # A hair is what the division may have added.
        fast, soon = speed > limits.max_speed * (1 + 1e-12), interval_ms < limits.min_interval_ms
        passages += _passages(axis, name, "speed", fast, speed / limits.max_speed, speed)
        passages += _passages(axis, name, "interval", soon, limits.min_interval_ms / interval_ms, interval_ms)
        if len(interval_ms):
            max_speed = max(max_speed, float(speed.max()))
            least.append(int(interval_ms.min()))
            over_ms, all_ms = float(interval_ms[fast | soon].sum()), float(interval_ms.sum())
            over_s, percent = max((over_s, percent), (over_ms / 1000, 100 * over_ms / all_ms))
    worst_first = sorted(passages, key=lambda passage: (-passage.times, passage.start_s))
    return Demand(tuple(worst_first), over_s, percent, max_speed, min(least, default=None))


def _passages(
    axis: Script,
    name: str,
    kind: Kind,
    over: NDArray[np.bool_],
    times: NDArray[np.float64],
    values: NDArray[np.float64] | NDArray[np.int64],
) -> list[TooMuch]:
    """Stretches of segments that ask too much, those near each other as one."""
    stretches: list[tuple[int, int]] = []
    for begin, end in runs(over):
        if stretches and axis.at_ms[begin] - axis.at_ms[stretches[-1][1]] <= MERGED_WITHIN_MS:
            stretches[-1] = stretches[-1][0], end
        else:
            stretches.append((begin, end))
    found = []
    for begin, end in stretches:
        inside = np.flatnonzero(over[begin:end]) + begin
        worst = int(inside[np.argmax(times[inside])])
        over_ms = float(np.diff(axis.at_ms)[inside].sum())
        start_s, end_s = float(axis.at_ms[begin]) / 1000, float(axis.at_ms[end]) / 1000
        found.append(
            TooMuch(name, kind, start_s, end_s, float(values[worst]), over_ms / 1000, float(times[worst]))
        )
    return found


def remedies(demand: Demand, limits: Limits) -> tuple[str, ...]:
    """The filters that make the script fit, as `funscribe script filter --apply` takes them."""
    kinds = {passage.kind for passage in demand.passages}
    share = 100 / (limits.high - limits.low)
    steps = []
    if "interval" in kinds:
        steps.append(f"min_interval(interval_ms={limits.min_interval_ms})")
    if "speed" in kinds or "interval" in kinds:
        # Also after the intervals: what is left between them is steeper.
        steps.append(f"limit_speed(max_speed={np.floor(limits.max_speed * share):g})")
    return tuple(steps)
