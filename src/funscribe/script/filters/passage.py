"""Steps on a whole script, or on a passage of it that stays joined to the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from funscribe.errors import FilterInvalid
from funscribe.records import Script
from funscribe.script.filters.filter import with_actions
from funscribe.script.filters.step import Step

# A passage is joined at an action this near before its border, or this near after it. Only where there is
# none it gets an action of its own, and rounding that one then costs no speed to speak of.
NEAR_OUTSIDE_MS = 500
NEAR_INSIDE_MS = 100
# As fast as a passage may be joined even if it is slower itself.
JOIN_SPEED = 100.0

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
    at_ms, pos = script.at_ms, script.pos
    early = 0 if start_s is None else int(np.searchsorted(at_ms, start_s * 1000))
    late = len(script) if end_s is None else int(np.searchsorted(at_ms, end_s * 1000, side="right"))
    if late == 0 or early == len(script):
        return script
    left = _anchor(at_ms, pos, early, start_s)
    mirrored = _anchor(-at_ms[::-1], pos[::-1], len(script) - late, None if end_s is None else -end_s)
    right = mirrored and (-mirrored[0], mirrored[1])
    begin = left[0] if left else at_ms[0] - 1
    end = right[0] if right else at_ms[-1] + 1
    inner = (at_ms > begin) & (at_ms < end)
    ends = [point for point in (left, right) if point]
    if begin >= end or not (inner.any() or len(ends) == 2):
        return script
    passage = _with(script, at_ms[inner], pos[inner], ends)
    done = _joined(_run(passage, steps), left, right)
    if np.array_equal(done.at_ms, at_ms[inner]) and np.array_equal(done.pos, pos[inner]):
        return script
    outside = (at_ms < begin) | (at_ms > end)
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


def _anchor(at_ms: Ints, pos: Ints, first: int, border_s: float | None) -> Point | None:
    """The point at which a passage is joined to what comes before; None where nothing does."""
    if border_s is None or first == 0:
        return None
    border = round(border_s * 1000)
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


def _joined(passage: Script, left: Point | None, right: Point | None) -> Script:
    """The actions of a passage between two points, without those that cannot be reached from these."""
    at_ms, pos = passage.at_ms, passage.pos
    gaps = np.diff(at_ms)
    speed = float((np.abs(np.diff(pos)) * 1000 / gaps).max(initial=JOIN_SPEED))
    least_ms = int(gaps.min(initial=NEAR_INSIDE_MS))
    keep = np.ones(len(at_ms), np.bool_)
    for point, later in ((left, True), (right, False)):
        if point is None:
            continue
        away = at_ms - point[0] if later else point[0] - at_ms
        reached = np.flatnonzero((away >= least_ms) & (np.abs(pos - point[1]) * 1000 <= speed * away))
        if not len(reached):
            keep[:] = False
        elif later:
            keep[: reached[0]] = False
        else:
            keep[reached[-1] + 1 :] = False
    return with_actions(passage, at_ms[keep], pos[keep])


def _needless(script: Script, done: Script, point: Point, later: bool) -> bool:
    """Whether a point that was put in lies between two actions that are as they were."""
    after = int(np.searchsorted(script.at_ms, point[0]))
    if not len(done) or script.at_ms[after] == point[0]:
        return False
    own, beside = (after, 0) if later else (after - 1, -1)
    return bool(done.at_ms[beside] == script.at_ms[own] and done.pos[beside] == script.pos[own])
