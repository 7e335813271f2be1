"""Writing funscripts: strict, and in the form that every reader takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from funscribe.errors import ScriptInvalid
from funscribe.records import Script
from funscribe.script.axes import axis_code
from funscribe.script.formats.axes import ENTRY_KEYS
from funscribe.script.formats.metadata import write_metadata
from funscribe.script.formats.reading import KNOWN, last_action_ms

JsonForm = Literal["1.0", "1.1", "2.0"]


class _Action(msgspec.Struct):
    at: int
    pos: int


def encode_script(script: Script, form: JsonForm | None = None) -> bytes:
    """A script as the bytes of a funscript file: UTF-8 without BOM, whole numbers, never inverted, range 100.

    Keys stand in the order that every reader takes: version, inverted, range, actions, the other axes,
    metadata, then what else the script holds. The duration is in whole seconds (in 2.0 with fractions) and
    not before the last action.

    Args:
        script: The script.
        form: "1.0" for the stroke alone, "1.1" with the other axes by code, "2.0" with them by name; None
            for the first of these that holds all axes.

    Raises:
        ScriptInvalid: If the form has no place for an axis, or the metadata hold what the format or JSON
            has no form for.
    """
    form = form or _least_form(script)
    _check_axes(script, form)
    last_ms, whole = last_action_ms(script), form != "2.0"
    root: dict[str, Any] = {"version": form, "inverted": False, "range": 100, "actions": _actions(script)}
    if form == "1.1" and script.axes:
        entries = {name: _entry(axis, last_ms, whole) for name, axis in script.axes.items()}
        root["axes"] = [{"id": axis_code(name), **entry} for name, entry in entries.items()]
    elif form == "2.0":
        root["channels"] = {name: _entry(axis, last_ms, whole) for name, axis in script.axes.items()}
    root["metadata"] = write_metadata(script, last_ms, whole)
    root.update(_free(script.extra, KNOWN))
    try:
        return msgspec.json.encode(root) + b"\n"
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ScriptInvalid(f"the metadata cannot be written as JSON: {error}") from error


def _actions(script: Script) -> list[_Action]:
    return list(map(_Action, script.at_ms.tolist(), script.pos.tolist()))


def _entry(axis: Script, last_ms: int, whole_seconds: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"actions": _actions(axis)}
    metadata = write_metadata(axis, last_ms, whole_seconds)
    if metadata:
        entry["metadata"] = metadata
    return {**entry, **_free(axis.extra, ENTRY_KEYS)}


def _free(extra: Mapping[str, Any], taken: tuple[str, ...]) -> dict[str, Any]:
    clash = next((key for key in extra if key in taken), None)
    if clash is not None:
        raise ScriptInvalid(f"the script holds {clash!r} twice, as itself and among its extras; remove one")
    return dict(extra)


def _least_form(script: Script) -> JsonForm:
    if not script.axes:
        return "1.0"
    return "1.1" if all(map(axis_code, script.axes)) else "2.0"


def _check_axes(script: Script, form: JsonForm) -> None:
    if form not in ("1.0", "1.1", "2.0"):
        raise ScriptInvalid(f"there is no funscript {form}; choose 1.0, 1.1 or 2.0")
    if form == "1.0" and script.axes:
        names = ", ".join(script.axes)
        raise ScriptInvalid(
            f"version 1.0 has no place for the axes {names}; choose 1.1, 2.0 or a set of files"
        )
    nameless = [name for name in script.axes if axis_code(name) is None]
    if form == "1.1" and nameless:
        raise ScriptInvalid(f"version 1.1 has no code for the axis {nameless[0]!r}; choose 2.0")
