"""Figures that describe a script, each with its definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funscribe.records import Script
from funscribe.zigzag import turns

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
