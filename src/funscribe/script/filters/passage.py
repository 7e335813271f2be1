"""Steps on a whole script, or on a passage of it that stays joined to the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters.filter import only, with_actions
from funscribe.script.filters.step import Step

# A passage is joined at an action this near before its border, or this near after it. Only where there is
# none it gets an action of its own, and rounding that one then costs no speed to speak of.
NEAR_OUTSIDE_MS = 500
NEAR_INSIDE_MS = 100
# As fast as a passage may be joined even if it is slower itself.
JOIN_SPEED = 100.0
_LATEST = 1 << 60

Ints = NDArray[np.int64]
Point = tuple[int, int]


def apply(
    script: Script, steps: Iterable[Step], start_s: float | None = None, end_s: float | None = None
) -> Script:
    """The script after some steps, or with a passage of it after them.

    Actions outside the passage stay exactly. It is joined at an action near each border, or at the position
    that the curve has there, by a line to the first action of the passage that is reached no faster than
    the passage itself then is, or 100 units/s; what comes before that one is left out. So a limit of speed of
    100 units/s or more that the steps set holds at the joins too, and a least time between actions of up to
    100 ms. A limit of acceleration holds within the passage alone.

    Args:
        script: The script.
        steps: What is done, in order.
        start_s: Where the passage begins; None is the beginning of the script (s).
        end_s: Where it ends; None is the end of the script (s).

    Raises:
        FilterInvalid: The passage does not end after it begins.
    """
    if start_s is None and end_s is None:
        return _run(script, steps)
    if not 0 <= (start_s or 0) < (math.inf if end_s is None else end_s):
        raise FilterInvalid(f"a passage must begin at 0 s or later and end later, not {start_s}-{end_s} s")
    start, end = round((start_s or 0) * 1000), _LATEST if end_s is None else round(end_s * 1000)
    at_ms, pos = script.at_ms, script.pos
    left = _anchor(at_ms, pos, start)
    mirrored = _anchor(-at_ms[::-1], pos[::-1], -end)
    right = mirrored and (-mirrored[0], mirrored[1])
    ends = [point for point in (left, right) if point]
    begin, stop = left[0] if left else start - 1, right[0] if right else end + 1
    inner = (at_ms > begin) & (at_ms < stop)
    if begin >= stop or not (inner.any() or len(ends) == 2):
        return script
    done = _run(_with(script, at_ms[inner], pos[inner], ends), steps)
    done = _joined(done, (start, end), left, right)
    if np.array_equal(done.at_ms, at_ms[inner]) and np.array_equal(done.pos, pos[inner]):
        return script
    outside = (at_ms < begin) | (at_ms > stop)
    ends = [point for point in ends if not _needless(script, done, point, point is left)]
    return _with(script, np.append(at_ms[outside], done.at_ms), np.append(pos[outside], done.pos), ends)


def _run(script: Script, steps: Iterable[Step]) -> Script:
    for step in steps:
        script = step(script)
    return script


def _with(script: Script, at_ms: Ints, pos: Ints, points: list[Point]) -> Script:
    return with_actions(
        script, [*(at for at, _ in points), *at_ms.tolist()], [*(p for _, p in points), *pos.tolist()]
    )


def _anchor(at_ms: Ints, pos: Ints, border: int) -> Point | None:
    """The point at which a passage is joined to what comes before it; None where nothing does."""
    first = int(np.searchsorted(at_ms, border))
    if not 0 < first < len(at_ms):
        return None
    (before, after), (here, there) = (
        at_ms[first - 1 : first + 1].tolist(),
        pos[first - 1 : first + 1].tolist(),
    )
    if border - before <= NEAR_OUTSIDE_MS:
        return before, here
    if after - border <= NEAR_INSIDE_MS:
        return after, there
    # Rounded towards the action outside, so that the way to it gets no faster.
    return border, here + int((there - here) * (border - before) / (after - before))


def _joined(passage: Script, borders: Point, left: Point | None, right: Point | None) -> Script:
    """The actions of a passage within its borders (ms) that can be reached from the points beside it."""
    at_ms, pos = passage.at_ms, passage.pos
    gaps = np.diff(at_ms)
    speed = float((np.abs(np.diff(pos)) * 1000 / gaps).max(initial=JOIN_SPEED))
    least_ms = int(gaps.min(initial=NEAR_INSIDE_MS))
    keep = (at_ms >= borders[0]) & (at_ms <= borders[1])
    for point, later in ((left, True), (right, False)):
        if point is None:
            continue
        away = at_ms - point[0] if later else point[0] - at_ms
        near = np.abs(pos - point[1]) * 1000 / np.maximum(away, 1) <= speed
        reached = np.flatnonzero(keep & (away >= least_ms) & near)
        if not len(reached):
            keep[:] = False
        elif later:
            keep[: reached[0]] = False
        else:
            keep[reached[-1] + 1 :] = False
    return only(passage, keep)


def _needless(script: Script, done: Script, point: Point, later: bool) -> bool:
    """Whether a point that was put in lies between two actions that are as they were."""
    after = int(np.searchsorted(script.at_ms, point[0]))
    if not len(done) or script.at_ms[after] == point[0]:
        return False
    own, beside = (after, 0) if later else (after - 1, -1)
    return bool(done.at_ms[beside] == script.at_ms[own] and done.pos[beside] == script.pos[own])
