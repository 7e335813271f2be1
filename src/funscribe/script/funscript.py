"""The funscript file format 1.0: strict in what is written, forgiving in what is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from funscribe.errors import ScriptInvalid
from funscribe.files import write_atomically
from funscribe.records import Script
from funscribe.script.chapters import chapters_in, chapters_out
from funscribe.script.repair import Repair, repaired_actions

BOM = b"\xef\xbb\xbf"
CREATOR = "Funscribe"


class _Action(msgspec.Struct):
    at: int
    pos: int


class _File(msgspec.Struct):
    """What is written, in this order: some readers fail if the metadata come before the actions."""

    version: str
    inverted: bool
    range: int
    actions: list[_Action]
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Root:
    """The parts of a file that matter, before they are checked."""

    actions: list[Any]
    scale: Any
    inverted: Any
    metadata: dict[str, Any]


def script_metadata(title: str, duration_s: float, **more: Any) -> dict[str, Any]:
    """Metadata of a new script.

    Args:
        title: Title of the video.
        duration_s: Its duration (s); written in whole seconds, rounded up, so that no action lies after it.
        more: Any other fields, as they are to stand in the file.
    """
    return {"creator": CREATOR, "title": title, "duration": math.ceil(duration_s), "type": "basic", **more}


def encode_script(script: Script) -> bytes:
    """A script as the bytes of a funscript file: UTF-8 without BOM, version 1.0, whole numbers.

    Raises:
        ScriptInvalid: If the metadata hold what JSON has no form for.
    """
    actions = list(map(_Action, script.at_ms.tolist(), script.pos.tolist()))
    metadata = dict(script.metadata)
    if script.chapters and chapters_in(metadata)[0] != script.chapters:
        metadata["chapters"] = chapters_out(script.chapters)
    try:
        return msgspec.json.encode(_File("1.0", False, 100, actions, metadata)) + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise ScriptInvalid(f"the metadata cannot be written as JSON: {error}") from error


def write_script(path: Path | str, script: Script) -> None:
    """Write a funscript file, whole or not at all.

    Raises:
        ScriptInvalid: If the metadata hold what JSON has no form for.
        OutputNotWritable: If the file cannot be written.
    """
    write_atomically(path, encode_script(script))


def read_script(path: Path | str) -> Script:
    """Read a funscript file, repairing what can be repaired.

    Raises:
        ScriptInvalid: If the file cannot be read or is no script.
    """
    return check_script(path)[0]


def check_script(path: Path | str) -> tuple[Script, list[Repair]]:
    """Read a funscript file, and list what had to be repaired.

    Raises:
        ScriptInvalid: If the file cannot be read or is no script; the message begins with the path.
    """
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScriptInvalid(f"{path}: cannot be read ({reason}); name a .funscript file") from error
    try:
        return parse_script(data)
    except ScriptInvalid as error:
        raise ScriptInvalid(f"{path}: {error}") from error


def parse_script(data: bytes) -> tuple[Script, list[Repair]]:
    """Make a script of the bytes of a funscript file, and list what had to be repaired.

    Repaired are: a byte order mark, a version that is no string, `inverted` and `range` (both applied),
    actions out of order, at the same time (the last stands), before 0 or without two numbers (left out),
    positions out of 0..100 (cut off), fractions (rounded), numbers written as strings, and chapters without
    times.

    Raises:
        ScriptInvalid: If it is not a JSON object with a list of actions.
    """
    repairs: list[Repair] = []
    if data.startswith(BOM):
        data = data[len(BOM) :]
        repairs.append(Repair("byte-order-mark", "the file begins with a byte order mark"))
    root = _root(_decode(data), repairs)
    at_ms, pos = repaired_actions(root.actions, repairs)
    pos = _scaled(pos, root, repairs)
    chapters, broken = chapters_in(root.metadata)
    if broken:
        repairs.append(Repair("chapters", "chapters without a name or proper times are left out", broken))
    if len(at_ms) < 2:
        repairs.append(
            Repair("few-actions", f"{len(at_ms)} actions: players expect two or more", severe=False)
        )
    return Script(at_ms, pos, root.metadata, chapters), repairs


def _decode(data: bytes) -> dict[str, Any]:
    try:
        root = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScriptInvalid(f"is no JSON ({error}); a funscript is a JSON file") from error
    except RecursionError as error:
        raise ScriptInvalid("is nested too deeply; a funscript is a flat JSON file") from error
    if not isinstance(root, dict):
        raise ScriptInvalid(f"holds {_kind(root)} where an object with actions belongs")
    return root


def _root(root: Mapping[str, Any], repairs: list[Repair]) -> _Root:
    if not isinstance(root.get("version", "1.0"), str):
        repairs.append(Repair("version", f"the version is {_kind(root['version'])}, not a string"))
    actions = root.get("actions")
    channels = root.get("channels")
    if "actions" not in root and isinstance(channels, dict) and isinstance(channels.get("stroke"), dict):
        actions = channels["stroke"].get("actions")
    if not isinstance(actions, list):
        raise ScriptInvalid(
            f"holds {_kind(actions)} where the list of actions belongs"
            if actions is not None
            else "has no actions"
        )
    metadata = root.get("metadata", {})
    if not isinstance(metadata, dict):
        repairs.append(Repair("metadata", f"the metadata are {_kind(metadata)}, not an object, and left out"))
        metadata = {}
    return _Root(actions, root.get("range", 100), root.get("inverted", False), metadata)


def _scaled(pos: Any, root: _Root, repairs: list[Repair]) -> Any:
    """Positions (A,) as whole numbers in 0..100 once range and inversion are applied."""
    scale = root.scale
    usable = type(scale) in (int, float) and math.isfinite(scale) and scale > 0
    if not usable:
        repairs.append(Repair("range", "the range is not a number above 0 and taken as 100"))
    elif scale != 100:
        # Writers that mean the range of the device, not of the numbers, use all of 0..100.
        meant = not len(pos) or pos.max() <= scale
        text = "applied: positions are scaled to 0..100" if meant else "ignored: positions go beyond it"
        repairs.append(Repair("range", f"the range is {scale:g}, not 100; {text}", severe=False))
        pos = pos * (100 / scale) if meant else pos
    outside = int(np.count_nonzero((pos < 0) | (pos > 100)))
    if outside:
        repairs.append(Repair("out-of-range", "positions outside 0..100 are cut off", outside))
    pos = np.clip(pos, 0, 100)
    if root.inverted in (True, "true"):
        repairs.append(Repair("inverted", "the script is marked as inverted, which is applied", severe=False))
        pos = 100 - pos
    if not isinstance(root.inverted, bool):
        repairs.append(
            Repair("inverted", f"the mark of inversion is {_kind(root.inverted)}, not true or false")
        )
    return np.floor(pos + 0.5).astype(np.int64)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
