"""Figures that describe a script, each with its definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funscribe.records import Script
from funscribe.zigzag import runs, turns

IDLE_SPEED = 5.0
STROKE_DEPTH = 15.0


@dataclass(frozen=True, slots=True)
class ScriptStats:
    """Figures that describe a script. A segment is what lies between two neighbouring actions.

    The speed of a segment is |difference of positions| ÷ time. A segment is active at 5 units/s and more.

    Attributes:
        actions: Number of actions.
        duration_s: Time from the first to the last action (s).
        active_s: Time of the active segments together (s).
        idle_percent: Share of the duration that is not active (%).
        strokes: Strokes, there and back: turning points at least 15 units apart ÷ 2.
        strokes_per_min: Strokes ÷ active time (1/min).
        mean_speed: Way ÷ time over the active segments, so long ones weigh more (units/s).
        mean_segment_speed: Mean speed of the active segments, each weighing the same (units/s).
        median_speed: Median speed of the active segments (units/s).
        p95_speed: Speed that 95 % of the active segments do not exceed (units/s).
        max_speed: Highest speed of any segment (units/s).
        min_interval_ms: Least time between two actions (ms); None for fewer than two.
        lowest: Lowest position; None without actions.
        highest: Highest position; None without actions.
    """

    actions: int
    duration_s: float
    active_s: float
    idle_percent: float
    strokes: float
    strokes_per_min: float
    mean_speed: float
    mean_segment_speed: float
    median_speed: float
    p95_speed: float
    max_speed: float
    min_interval_ms: int | None
    lowest: int | None
    highest: int | None


@dataclass(frozen=True, slots=True)
class OverLimit:
    """Where a script is faster than a device can be.

    Attributes:
        seconds: Time of all segments over the limit (s).
        percent: Share of the time from the first to the last action (%).
        passages: Start and end (s) of each stretch of neighbouring segments over the limit, and the highest
            speed in it (units/s).
    """

    seconds: float
    percent: float
    passages: tuple[tuple[float, float, float], ...]


def over_limit(script: Script, max_speed: float) -> OverLimit:
    """Where `script` is faster than `max_speed` (units/s).

    Raises:
        ValueError: If the limit is not above 0.
    """
    if not max_speed > 0:
        raise ValueError(f"a limit of speed must be above 0 units/s, not {max_speed:g}")
    interval_ms = np.diff(script.at_ms)
    speed = np.abs(np.diff(script.pos)) / interval_ms * 1000
    over = speed > max_speed
    stretches = tuple(
        (float(script.at_ms[a]) / 1000, float(script.at_ms[b]) / 1000, float(speed[a:b].max()))
        for a, b in runs(over)
    )
    total_ms, over_ms = float(interval_ms.sum()), float(interval_ms[over].sum())
    return OverLimit(over_ms / 1000, 100 * over_ms / total_ms if total_ms else 0.0, stretches)


def script_stats(script: Script) -> ScriptStats:
    """Figures that describe `script`; figures that it gives nothing for are 0 or None."""
    interval_ms = np.diff(script.at_ms)
    way = np.abs(np.diff(script.pos))
    speed = way / interval_ms * 1000
    active = speed >= IDLE_SPEED
    duration_s = float(interval_ms.sum()) / 1000
    active_s = float(interval_ms[active].sum()) / 1000
    strokes = len(turns(script.pos, STROKE_DEPTH).first) / 2
    speeds = speed[active] if active.any() else np.zeros(1)
    return ScriptStats(
        actions=len(script),
        duration_s=duration_s,
        active_s=active_s,
        idle_percent=100 * (1 - active_s / duration_s) if duration_s else 0.0,
        strokes=strokes,
        strokes_per_min=60 * strokes / active_s if active_s else 0.0,
        mean_speed=float(way[active].sum()) / active_s if active_s else 0.0,
        mean_segment_speed=float(speeds.mean()),
        median_speed=float(np.median(speeds)),
        p95_speed=float(np.percentile(speeds, 95)),
        max_speed=float(speed.max(initial=0.0)),
        min_interval_ms=int(interval_ms.min()) if len(interval_ms) else None,
        lowest=int(script.pos.min()) if len(script) else None,
        highest=int(script.pos.max()) if len(script) else None,
    )
