"""Passages of a script made silent or measured; scripts cut where the video ends."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from funscribe.records import Chapter, Script

# After a silence the script goes on from where it held still, and no faster than this (units/s).
RETURN_SPEED = 300.0


def silence_passage(script: Script, start_s: float, end_s: float) -> Script:
    """The script that holds still from `start_s` to `end_s` (s), where the passage found it.

    The last of that time is used to get to where the script goes on, no faster than 300 units/s if the
    passage is long enough for that.
    """
    start, end = _ms(start_s), _ms(end_s)
    if not len(script) or start >= end or script.at_ms[-1] < start or script.at_ms[0] > end:
        return script
    held = round(float(np.interp(start, script.at_ms, script.pos)))
    before, after = script.at_ms < start, script.at_ms > end
    times, positions = [start], [held]
    if after.any():
        goes_on = int(np.argmax(after))
        way_ms = abs(int(script.pos[goes_on]) - held) * 1000 / RETURN_SPEED
        leave = min(end, math.floor(int(script.at_ms[goes_on]) - way_ms))
    else:
        leave = min(end, int(script.at_ms[-1]))
    if leave > start:
        times.append(leave)
        positions.append(held)
    at_ms = np.concatenate((script.at_ms[before], times, script.at_ms[after]))
    pos = np.concatenate((script.pos[before], positions, script.pos[after]))
    return replace(script, at_ms=at_ms, pos=pos)


def passage_speed(script: Script, start_s: float, end_s: float) -> float:
    """Mean speed from `start_s` to `end_s` (s): the way in it ÷ its length (units/s), 0 for no length."""
    if not len(script) or not start_s < end_s:
        return 0.0
    way = np.concatenate(([0.0], np.cumsum(np.abs(np.diff(script.pos)))))
    gone = np.diff(np.interp([1000 * start_s, 1000 * end_s], script.at_ms, way))
    return float(gone[0]) / (end_s - start_s)


def cut_at(script: Script, end_s: float) -> Script:
    """The script as far as its video goes: no action, chapter or bookmark of any axis after `end_s` (s).

    Where the script moves on across the end, an action stands at the end's last whole millisecond. The
    duration in the metadata becomes that of the video, in whole seconds.

    Raises:
        ValueError: If the end is not above 0.
    """
    if not 0 < end_s < math.inf:
        raise ValueError(f"a video ends after 0 s, not at {end_s:g} s")
    axes = {name: _shortened(axis, end_s) for name, axis in script.axes.items()}
    metadata = {**script.metadata, "duration": math.ceil(end_s)}
    metadata.pop("durationTime", None)
    return replace(_shortened(script, end_s), axes=axes, metadata=metadata)


def _shortened(script: Script, end_s: float) -> Script:
    end = math.floor(end_s * 1000)
    kept = script.at_ms <= end
    at_ms, pos = script.at_ms[kept], script.pos[kept]
    if not kept.all() and len(at_ms) and at_ms[-1] < end:
        at_ms = np.append(at_ms, end)
        pos = np.append(pos, round(float(np.interp(end, script.at_ms, script.pos))))
    chapters = tuple(
        Chapter(c.name, c.start_s, min(c.end_s, end_s)) for c in script.chapters if c.start_s < end_s
    )
    bookmarks = tuple(mark for mark in script.bookmarks if mark.time_s <= end_s)
    return replace(script, at_ms=at_ms, pos=pos, chapters=chapters, bookmarks=bookmarks)


def _ms(time_s: float) -> int:
    return max(0, math.floor(time_s * 1000 + 0.5))
