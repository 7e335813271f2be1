"""Actions as they are found in files, made into a proper script, with a list of what was wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LATEST_MS = 7 * 24 * 3600 * 1000
_DIGITS = frozenset("0123456789+-.eE")


@dataclass(frozen=True, slots=True)
class Repair:
    """Something that a script file has wrong, and that is put right on reading.

    Attributes:
        rule: Short name of the rule, for programs.
        text: What is wrong and what was done.
        count: How often.
        severe: Whether other readers may fail or play it wrongly; False for what is merely unusual.
    """

    rule: str
    text: str
    count: int = 1
    severe: bool = True

    def __str__(self) -> str:
        return self.text if self.count == 1 else f"{self.text} ({self.count} times)"


def repaired_actions(
    actions: list[Any], repairs: list[Repair]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Times (A,), strictly increasing (ms), and positions (A,), unscaled, of the actions of a file.

    What is repaired is added to `repairs`.
    """
    times, positions = _plain(actions) or _usable(actions, repairs)
    return _in_order(np.array(times, np.float64), np.array(positions, np.float64), repairs)


def positions_in_range(pos: NDArray[np.float64], repairs: list[Repair]) -> NDArray[np.int64]:
    """Positions (A,) as whole numbers in 0..100, those outside cut off."""
    outside = int(np.count_nonzero((pos < 0) | (pos > 100)))
    _note(repairs, "out-of-range", "positions outside 0..100 are cut off", outside)
    return np.floor(np.clip(pos, 0, 100) + 0.5).astype(np.int64)


def _plain(actions: list[Any]) -> tuple[list[int], list[int]] | None:
    """Times and positions if all are whole numbers of a sensible size, which is quick to see; else None."""
    try:
        times, positions = [a["at"] for a in actions], [a["pos"] for a in actions]
    except (TypeError, KeyError):
        return None
    if not set(map(type, times)) | set(map(type, positions)) <= {int}:
        return None
    sensible = (
        all(map(_sensible, (min(times), max(times)), (min(positions), max(positions)))) if times else True
    )
    return (times, positions) if sensible else None


def _usable(actions: list[Any], repairs: list[Repair]) -> tuple[list[float], list[float]]:
    """Times and positions of the actions that have both."""
    times: list[float] = []
    positions: list[float] = []
    strings = 0
    for action in actions:
        raw = (action.get("at"), action.get("pos")) if isinstance(action, dict) else (None, None)
        at, pos = map(finite_number, raw)
        if at is not None and pos is not None and _sensible(at, pos):
            strings += str in map(type, raw)
            times.append(at)
            positions.append(pos)
    _note(repairs, "string", "actions hold numbers written as strings", strings)
    unusable = len(actions) - len(times)
    _note(repairs, "unusable", "actions without a usable time and position are left out", unusable)
    return times, positions


def _sensible(at: float, pos: float) -> bool:
    return -LATEST_MS <= at <= LATEST_MS and -1e6 <= pos <= 1e6


def _in_order(
    times: NDArray[np.float64], pos: NDArray[np.float64], repairs: list[Repair]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    at_ms = np.floor(times + 0.5).astype(np.int64)
    fractions = int(np.count_nonzero((at_ms != times) | (np.rint(pos) != pos)))
    _note(repairs, "fraction", "fractions are rounded to whole numbers", fractions)
    early = at_ms < 0
    _note(repairs, "negative", "actions before 0 ms are left out", int(np.count_nonzero(early)))
    at_ms, pos = at_ms[~early], pos[~early]
    _note(
        repairs, "unsorted", "actions are out of order and sorted", int(np.count_nonzero(np.diff(at_ms) < 0))
    )
    order = np.argsort(at_ms, kind="stable")
    at_ms, pos = at_ms[order], pos[order]
    # The sort keeps the order of the file among equals, so the last of them is the file's last.
    stands = np.diff(at_ms, append=np.iinfo(np.int64).max) > 0
    _note(repairs, "duplicate", "of actions at the same time the last stands", int(np.count_nonzero(~stands)))
    return at_ms[stands], pos[stands]


def _note(repairs: list[Repair], rule: str, text: str, count: int) -> None:
    if count:
        repairs.append(Repair(rule, text, count))


def kind_of(value: Any) -> str:
    """What JSON calls a value, for messages."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def finite_number(value: Any) -> float | None:
    """A finite number, also from a string of one; None for anything else, truth values included."""
    if type(value) is str:
        # What Python alone takes for a number is none in a file: "1_000", "nan", "infinity".
        if not _DIGITS.issuperset(value.strip()):
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    if type(value) not in (int, float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None
