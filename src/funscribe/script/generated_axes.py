"""Secondary axes made of the stroke by a rule, for devices that can move so where nothing was measured.

They say nothing of the video, and their metadata says so: what was measured and what was made up can be told
apart in every file.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from funscribe.columns import Array
from funscribe.records import Script
from funscribe.script.axes import AXES, STROKE
from funscribe.script.options import AxisRule
from funscribe.zigzag import turns

_MIDDLE = 50.0
_TURN = 8.0  # units from which the stroke turns
_LONGEST_MS = 4000  # of a stroke that is waited for


def generate_axis(script: Script, axis: str, rule: AxisRule | None = None) -> Script:
    """An axis that follows the stroke of a script, some part of a cycle late and less far.

    How late it is goes with the tempo: each action is moved by a part of the stroke that it belongs to.
    Its metadata hold `generated`: the axis it was made of, and the rule.

    Args:
        script: The script whose stroke is followed.
        axis: Name of the axis that is made.
        rule: How it follows; None for a quarter cycle late and 40 % as far.

    Raises:
        ValueError: There is no axis of that name, or it is the stroke.
    """
    names = [known.name for known in AXES if known.name != STROKE]
    if axis not in names:
        raise ValueError(f"no axis {axis!r} can be made of the stroke; there are {', '.join(names)}")
    rule = rule or AxisRule()
    sign = -1.0 if rule.invert else 1.0
    pos = np.rint(_MIDDLE + sign * rule.share * (script.pos - _MIDDLE)).clip(0, 100).astype(np.int64)
    at_ms, first = np.unique(_late(script, rule.delay), return_index=True)
    marked = {"generated": {"axis": axis, "from": STROKE, "rule": msgspec.to_builtins(rule)}}
    return Script(at_ms, pos[first], marked)


def add_generated(script: Script, axes: tuple[str, ...], rule: AxisRule | None = None) -> Script:
    """A script with axes made of its stroke, but for those that it already has: what was measured stays.

    Raises:
        ValueError: There is no axis of one of the names, or it is the stroke.
    """
    made = {axis: generate_axis(script, axis, rule) for axis in axes}
    return replace(script, axes={**made, **script.axes})


def is_generated(script: Script) -> bool:
    """Return whether an axis was made of another one by a rule."""
    return "generated" in script.metadata


def _late(script: Script, delay: float) -> Array:
    """Return the times of the actions (A,), each later by a part of the stroke that it lies in (ms)."""
    at_ms = script.at_ms
    if len(at_ms) < 2:
        return at_ms
    found = turns(script.pos, _TURN)
    starts, ends = np.append(0, found.last), np.append(found.first, len(at_ms) - 1)
    takes = (at_ms[ends] - at_ms[starts]).clip(0, _LONGEST_MS)
    # A turn waits for a part of the stroke that it begins; where the stroke rests, the axis gets to its own
    # rest as late as it was before.
    waits = np.append(np.where(found.last > found.first, takes[:-1], takes[1:]), takes[-1])
    knots = np.stack([starts, ends], 1).ravel()
    wait = np.interp(np.arange(len(at_ms)), knots, np.stack([takes, waits], 1).ravel())
    # From one turn to the next is half a cycle. After the last action there is nothing: the media may end.
    moved = at_ms + np.rint(2 * delay * wait).astype(np.int64)
    return np.asarray(np.minimum(np.maximum.accumulate(moved), at_ms[-1]))
