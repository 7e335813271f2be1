"""The metadata of a script file: put right when read, strict when written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from funscribe.errors import ScriptInvalid
from funscribe.records import Script
from funscribe.script.chapters import (
    bookmarks_in,
    bookmarks_out,
    chapters_in,
    chapters_out,
    parse_time,
    read_bookmark,
    read_chapter,
    time_text,
)
from funscribe.script.repair import LATEST_MS, Repair, finite_number, kind_of

_TEXTS = (
    "title",
    "creator",
    "description",
    "license",
    "notes",
    "type",
    "topic_url",
    "script_url",
    "video_url",
)
_LISTS = ("performers", "tags")
# A duration this many times the last action's time in seconds is taken for milliseconds.
_MS_FACTOR = 10
# Nobody's video ends much before its last action, so what would be shorter than this is no duration in ms.
_LEAST_SHARE = 0.9
_LONGEST_S = LATEST_MS / 1000


def read_metadata(metadata: Mapping[str, Any], last_ms: int, repairs: list[Repair]) -> dict[str, Any]:
    """The metadata of a file as the format has them: fields of the wrong kind are put right or left out.

    The duration becomes seconds. Whether a file means seconds or milliseconds is guessed: by `durationTime`
    if there is one, else a whole number over 10 times the last action's time in seconds is milliseconds,
    unless the video would then end well before that action.

    Args:
        metadata: What stands in the file; fields that the format does not know stay as they are.
        last_ms: Time of the last action of any axis (ms).
        repairs: What is put right is added.
    """
    proper = dict(metadata)
    for name in _TEXTS:
        if name in proper and not isinstance(proper[name], str):
            _put(proper, name, _as_text(proper[name]), "a string", repairs)
    for name in _LISTS:
        if name in proper and not _is_texts(proper[name]):
            _put(proper, name, _as_texts(proper[name]), "a list of strings", repairs)
    if "durationTime" in proper and parse_time(proper["durationTime"]) is None:
        _put(proper, "durationTime", None, "a time", repairs)
    if "duration" in proper:
        _read_duration(proper, last_ms, repairs)
    for name, read in (("chapters", read_chapter), ("bookmarks", read_bookmark)):
        if name in proper:
            _read_named(proper, name, read, repairs)
    return proper


def write_metadata(script: Script, last_ms: int, whole_seconds: bool) -> dict[str, Any]:
    """The metadata of `script` as they are written, its chapters and bookmarks among them.

    A duration that ends before the last action is made to hold it, and one that would be taken for
    milliseconds, since the actions end so early, gets a `durationTime`, which decides.

    Args:
        script: The script.
        last_ms: Time of the last action of any axis (ms).
        whole_seconds: Round the duration up to whole seconds, which every reader takes.

    Raises:
        ScriptInvalid: If a field is not of the kind that the format asks for.
    """
    metadata = dict(script.metadata)
    for names, fits, wanted in ((_TEXTS, _is_text, "a string"), (_LISTS, _is_texts, "a list of strings")):
        for name in names:
            if name in metadata and not fits(metadata[name]):
                raise ScriptInvalid(
                    f"the metadata's {name} is {kind_of(metadata[name])}, not {wanted}; change or remove it"
                )
    if "durationTime" in metadata and parse_time(metadata["durationTime"]) is None:
        raise ScriptInvalid("the metadata's durationTime is no time as HH:MM:SS; change or remove it")
    if "duration" in metadata:
        duration = _written_duration(metadata["duration"], last_ms, whole_seconds)
        metadata["duration"] = duration
        if _in_ms(duration, last_ms, parse_time(metadata.get("durationTime"))):
            metadata["durationTime"] = time_text(duration)
    _write_named(metadata, "chapters", script.chapters, chapters_in, chapters_out)
    _write_named(metadata, "bookmarks", script.bookmarks, bookmarks_in, bookmarks_out)
    return metadata


def _read_named(proper: dict[str, Any], name: str, read: Callable[[Any], Any], repairs: list[Repair]) -> None:
    """Leave out the chapters or bookmarks that make no sense."""
    if not isinstance(proper[name], list):
        _put(proper, name, None, "a list", repairs)
        repairs[-1] = replace(repairs[-1], rule=name)
        return
    good = [item for item in proper[name] if read(item) is not None]
    bad = len(proper[name]) - len(good)
    if bad:
        repairs.append(Repair(name, f"{name} without a name or proper times are left out", bad))
        proper[name] = good


def _write_named(
    metadata: dict[str, Any], key: str, items: Any, read: Callable[..., Any], write: Callable[..., Any]
) -> None:
    if read(metadata) != (items, 0):
        metadata[key] = write(items, metadata.get(key))


def _put(proper: dict[str, Any], name: str, value: Any, wanted: str, repairs: list[Repair]) -> None:
    found = kind_of(proper[name])
    if value is None:
        del proper[name]
        done = "left out"
    else:
        proper[name] = value
        done = "made one"
    repairs.append(Repair("metadata", f"the metadata's {name} is {found}, not {wanted}, and {done}"))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _as_text(value: Any) -> str | None:
    return str(value) if type(value) in (int, float) and finite_number(value) is not None else None


def _as_texts(value: Any) -> list[str] | None:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return [text for text in (v if isinstance(v, str) else _as_text(v) for v in value) if text]
    return None


def _read_duration(proper: dict[str, Any], last_ms: int, repairs: list[Repair]) -> None:
    said = proper["duration"]
    number = finite_number(said)
    if number is None:
        _put(proper, "duration", None, "a number", repairs)
        return
    if type(said) is str:
        repairs.append(Repair("duration", "the duration is a string, not a number, and made one"))
        proper["duration"] = _shortest(number)
    if not 0 < number <= LATEST_MS:
        del proper["duration"]
        text = f"the duration is {number:g} s, which says nothing, and left out"
        repairs.append(Repair("duration", text, severe=number != 0))
        return
    if _in_ms(number, last_ms, parse_time(proper.get("durationTime"))):
        number /= 1000
        proper["duration"] = _shortest(number)
        text = f"the duration {said} is taken for milliseconds, since the last action is at {last_ms} ms"
        repairs.append(Repair("duration-unit", f"{text}: it is {number:g} s"))
    if last_ms > number * 1000:
        proper["duration"] = math.ceil(last_ms / 1000)
        text = f"actions go on to {last_ms / 1000:g} s, after the duration of {number:g} s, which is raised"
        repairs.append(Repair("duration", text))


def _shortest(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number


def _in_ms(number: float, last_ms: int, told_s: float | None) -> bool:
    if number > _LONGEST_S:
        return True
    if told_s:
        return abs(number / 1000 - told_s) < abs(number - told_s)
    if not last_ms or not float(number).is_integer():
        return False
    return number > _MS_FACTOR * last_ms / 1000 and number >= _LEAST_SHARE * last_ms


def _written_duration(duration: Any, last_ms: int, whole_seconds: bool) -> int | float:
    if type(duration) not in (int, float) or not 0 <= duration <= _LONGEST_S:
        raise ScriptInvalid(f"the metadata's duration is {duration!r}, not a number of seconds; remove it")
    longer: int | float = max(duration, last_ms / 1000)
    return math.ceil(longer) if whole_seconds else longer
