"""The other axes of a file: `axes` of version 1.1 and of one program's own kind, `channels` of 2.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from funscribe.script.axes import axis_code, axis_named
from funscribe.script.repair import Repair, kind_of

# What an entry of a file means; the rest of it is kept as it is.
ENTRY_KEYS = (
    "id", "name", "version", "inverted", "range", "actions", "axes", "channels", "metadata",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AxisFound:
    """An axis as it stands in a file.

    Attributes:
        name: What it is called here.
        entry: All that the file says of it.
        actions: Its actions, unchecked.
        metadata: Its own metadata.
        extra: What else it holds.
    """

    name: str
    entry: Mapping[str, Any]
    actions: list[Any]
    metadata: Mapping[str, Any]
    extra: Mapping[str, Any]


def axes_found(root: Mapping[str, Any], repairs: list[Repair]) -> list[AxisFound]:
    """The axes of a file, each under a name of its own; what is wrong with them is added to `repairs`."""
    found: dict[str, AxisFound] = {}
    for name, told, entry in _entries(root, repairs):
        actions = entry.get("actions")
        if not isinstance(actions, list):
            text = f"the axis {told[:40]!r} has {kind_of(actions)} for its actions and is left out"
            repairs.append(Repair("axis", text))
            continue
        # Two spellings of one axis are two axes as long as they can be told apart.
        free = name if name not in found else told
        if free in found:
            text = f"the axis {told[:40]!r} is there more than once; the first stands"
            repairs.append(Repair("axis", text))
            continue
        metadata = entry.get("metadata")
        extra = {key: value for key, value in entry.items() if key not in ENTRY_KEYS}
        found[free] = AxisFound(free, entry, actions, metadata if isinstance(metadata, dict) else {}, extra)
    return list(found.values())


def _entries(root: Mapping[str, Any], repairs: list[Repair]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The name of each axis here, its name in the file, and its entry."""
    channels, axes = root.get("channels"), root.get("axes")
    for key, value, kind in (("channels", channels, dict), ("axes", axes, list)):
        if value is not None and not isinstance(value, kind):
            repairs.append(Repair("axis", f"the {key} are {kind_of(value)} and left out"))
    for told, entry in channels.items() if isinstance(channels, dict) else ():
        if told and isinstance(entry, dict):
            yield axis_named(told) or told, told, entry
        else:
            repairs.append(Repair("axis", f"the channel {told[:40]!r} is {kind_of(entry)} and left out"))
    for entry in axes if isinstance(axes, list) else ():
        told = _told(entry, repairs)
        if told is None:
            repairs.append(Repair("axis", "an axis without an id is left out"))
        else:
            yield axis_named(told) or told, told, entry


def _told(entry: Any, repairs: list[Repair]) -> str | None:
    """What an entry of `axes` calls its axis: by its name, which programs agree on, before its code."""
    if not isinstance(entry, dict):
        return None
    code, name = entry.get("id"), entry.get("name")
    listed = entry.get("axes")
    if code is None and isinstance(listed, list) and listed:
        code = listed[0]
        text = "axes are listed by `axes` and `name` in place of `id`, which one program alone reads"
        repairs.append(Repair("axis-form", text))
    code = code if isinstance(code, str) and code else None
    if not isinstance(name, str) or axis_named(name) is None:
        return code or (name if isinstance(name, str) and name else None)
    if code is not None and axis_named(code) != axis_named(name):
        right = axis_code(axis_named(name) or "")
        text = f"the axis {name[:40]!r} has the code {code[:40]!r}, not {right}; the name stands"
        repairs.append(Repair("axis-code", text))
    return name
