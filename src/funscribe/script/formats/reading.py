"""Reading funscripts of every version: forgiving, and each repair is listed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from funscribe.errors import ScriptInvalid
from funscribe.records import Script
from funscribe.script.axes import STROKE
from funscribe.script.chapters import bookmarks_in, chapters_in
from funscribe.script.formats.axes import AxisFound, axes_found
from funscribe.script.formats.metadata import read_metadata
from funscribe.script.repair import Repair, finite_number, kind_of, positions_in_range, repaired_actions

BOM = b"\xef\xbb\xbf"
VERSIONS = ("1.0", "1.1", "2.0")
KNOWN = ("version", "inverted", "range", "actions", "axes", "channels", "metadata")
# Rests of minutes are common between passages; after this long something is missing.
HUGE_GAP_MS = 600_000
# Some programs give the other axes four digits.
_FINE_SCALE = 9999
_CLEARLY_FINE = 1000

Form = Literal["1.0", "1.1", "2.0", "csv"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A script as it was read.

    Attributes:
        script: The script.
        repairs: What was put right.
        form: The format it was in, told by what the file holds.
    """

    script: Script
    repairs: list[Repair]
    form: Form


def parse_funscript(data: bytes) -> Parsed:
    """Make a script of the bytes of a funscript file 1.0, 1.1 or 2.0, and list what had to be repaired.

    Repaired are: a byte order mark, a version that is no string, `inverted` and `range` (both applied),
    actions out of order, at the same time (the last stands), before 0 or without two numbers (left out),
    positions out of 0..100 (cut off), fractions (rounded), numbers written as strings, axes with codes that
    contradict their names (the names stand) or with values to 9999 (scaled), fields of the metadata of the
    wrong kind, a duration in milliseconds, and chapters and bookmarks without times.

    Raises:
        ScriptInvalid: If it is not a JSON object with actions.
    """
    repairs: list[Repair] = []
    if data.startswith(BOM):
        data = data[len(BOM) :]
        repairs.append(Repair("byte-order-mark", "the file begins with a byte order mark"))
    root = _decode(data)
    _note_habits(root, repairs)
    axes = {axis.name: _axis(axis, repairs) for axis in axes_found(root, repairs)}
    actions = root.get("actions")
    main = Script(*_track(root, actions, repairs)) if isinstance(actions, list) else None
    if not main:
        main = axes.pop(STROKE, main) or _empty(root, axes)
    if STROKE in axes and same_actions(axes[STROKE], main):
        del axes[STROKE]
    script = _with_all(replace(main, axes=axes), root, repairs)
    _note_use(script, repairs)
    form: Form = "2.0" if isinstance(root.get("channels"), dict) else "1.1" if root.get("axes") else "1.0"
    return Parsed(script, repairs, form)


def last_action_ms(script: Script) -> int:
    """Time of the last action of any axis (ms), 0 without any."""
    return max((int(one.at_ms[-1]) for one in (script, *script.axes.values()) if len(one)), default=0)


def _decode(data: bytes) -> dict[str, Any]:
    if not data.strip():
        raise ScriptInvalid("is empty; a funscript is a JSON file")
    try:
        root = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if data.lstrip().startswith(b"{") and "truncated" in str(error):
            raise ScriptInvalid("ends in the middle; copy or download it again") from error
        raise ScriptInvalid(f"is no JSON ({error}); a funscript is a JSON file") from error
    except RecursionError as error:
        raise ScriptInvalid("is nested too deeply; a funscript is a flat JSON file") from error
    if not isinstance(root, dict):
        raise ScriptInvalid(f"holds {kind_of(root)} where an object with actions belongs; is it a funscript?")
    return root


def _note_habits(root: Mapping[str, Any], repairs: list[Repair]) -> None:
    """Note what other readers may stumble over without it being wrong in itself."""
    version = root.get("version", VERSIONS[0])
    if not isinstance(version, str):
        repairs.append(Repair("version", f"the version is {kind_of(version)}, not a string"))
    elif version not in VERSIONS:
        text = f"the version is {version[:20]!r}, which no reader knows"
        repairs.append(Repair("version", text, severe=False))
    keys = list(root)
    if "metadata" in root and "actions" in root and keys.index("metadata") < keys.index("actions"):
        text = "the metadata stand before the actions, where some readers do not find these"
        repairs.append(Repair("key-order", text, severe=False))


def _empty(root: Mapping[str, Any], axes: Mapping[str, Script]) -> Script:
    """The stroke of a file that has none, where that is legal."""
    actions = root.get("actions")
    if not axes and not isinstance(actions, list):
        wrong = f"holds {kind_of(actions)} where the list of actions belongs"
        what = "has no actions" if actions is None else wrong
        raise ScriptInvalid(f'{what}; a funscript has {{"actions": [{{"at": ms, "pos": 0..100}}, ...]}}')
    return Script(np.empty(0), np.empty(0))


def _with_all(script: Script, root: Mapping[str, Any], repairs: list[Repair]) -> Script:
    """The script with what the file says of it."""
    said = root.get("metadata", {})
    if not isinstance(said, dict):
        repairs.append(Repair("metadata", f"the metadata are {kind_of(said)}, not an object, and left out"))
        said = {}
    # What stood with the stroke of a channel becomes the file's, unless it says something of its own.
    extra = {**script.extra, **{key: value for key, value in root.items() if key not in KNOWN}}
    last_ms = last_action_ms(script)
    axes = {name: _described(axis, axis.metadata, last_ms, repairs) for name, axis in script.axes.items()}
    return _described(replace(script, axes=axes, extra=extra), said or script.metadata, last_ms, repairs)


def _described(script: Script, said: Mapping[str, Any], last_ms: int, repairs: list[Repair]) -> Script:
    """The script with its metadata put right, and the chapters and bookmarks in it."""
    metadata = read_metadata(said, last_ms, repairs)
    chapters, bookmarks = chapters_in(metadata)[0], bookmarks_in(metadata)[0]
    return replace(script, metadata=metadata, chapters=chapters, bookmarks=bookmarks)


def _note_use(script: Script, repairs: list[Repair]) -> None:
    if len(script) < 2:
        text = f"{len(script)} action{'s' * (len(script) != 1)}: players expect two or more"
        repairs.append(Repair("few-actions", text, severe=False))
    gaps = np.diff(script.at_ms)
    huge = np.flatnonzero(gaps > HUGE_GAP_MS)
    if len(huge):
        where = script.at_ms[huge[0]] / 1000
        text = f"nothing happens for {gaps[huge[0]] / 1000:g} s after {where:g} s"
        repairs.append(Repair("gap", text, len(huge), severe=False))


def same_actions(one: Script, other: Script) -> bool:
    """Whether two scripts have the same actions, whatever else they hold."""
    return np.array_equal(one.at_ms, other.at_ms) and np.array_equal(one.pos, other.pos)


def _axis(found: AxisFound, repairs: list[Repair]) -> Script:
    """One of the other axes, its repairs told with its name."""
    own: list[Repair] = []
    at_ms, pos = _track(found.entry, found.actions, own, fine=True)
    repairs.extend(replace(repair, text=f"{found.name}: {repair.text}") for repair in own)
    return Script(at_ms, pos, found.metadata, extra=found.extra)


def _track(
    entry: Mapping[str, Any], actions: list[Any], repairs: list[Repair], fine: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Times (A,) (ms) and positions (A,), 0..100, of the actions that belong to `entry`."""
    at_ms, pos = repaired_actions(actions, repairs)
    if fine and len(pos) and pos.max() > _CLEARLY_FINE and pos.min() >= 0 and pos.max() <= _FINE_SCALE:
        text = f"positions go to {_FINE_SCALE}, not 100, and are scaled"
        repairs.append(Repair("scale", text))
        pos = pos * (100 / _FINE_SCALE)
    return at_ms, _scaled(pos, entry, repairs)


def _scaled(pos: NDArray[Any], entry: Mapping[str, Any], repairs: list[Repair]) -> NDArray[np.int64]:
    """Positions (A,) as whole numbers in 0..100 once range and inversion are applied."""
    pos = _ranged(pos, entry.get("range", 100), repairs)
    inverted = entry.get("inverted", False)
    if inverted is True or (isinstance(inverted, str) and inverted.strip().lower() in ("true", "1")):
        repairs.append(Repair("inverted", "the script is marked as inverted, which is applied", severe=False))
        pos = 100 - pos
    if not isinstance(inverted, bool):
        text = f"the mark of inversion is {kind_of(inverted)}, not true or false"
        repairs.append(Repair("inverted", text))
    return positions_in_range(pos, repairs)


def _ranged(pos: NDArray[Any], scale: Any, repairs: list[Repair]) -> NDArray[Any]:
    number = finite_number(scale)
    if number is None or number <= 0 or not math.isfinite(100 / number):
        repairs.append(Repair("range", "the range is not a number above 0 and taken as 100"))
        return pos
    if type(scale) is str:
        repairs.append(Repair("range", "the range is a string, not a number"))
    if number == 100:
        return pos
    # Writers that mean the range of the device, not of the numbers, use all of 0..100.
    meant = not len(pos) or pos.max() <= number
    text = "applied: positions are scaled to 0..100" if meant else "ignored: positions go beyond it"
    repairs.append(Repair("range", f"the range is {number:g}, not 100; {text}", severe=False))
    return pos * (100 / number) if meant else pos
