"""Chapters and bookmarks as they stand in the metadata of a script: names with times as text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from funscribe.errors import ScriptInvalid
from funscribe.records import Bookmark, Chapter

_TIME = re.compile(r"(?:(\d{1,4}):)?(?:(\d{1,4}):)?(\d{1,6})(\.\d{1,9})?", re.ASCII)
_LATEST_S = 9999 * 3600

_Named = TypeVar("_Named", Chapter, Bookmark)


def chapters_out(chapters: Sequence[Chapter], stood: Any = ()) -> list[dict[str, Any]]:
    """Chapters in the form of the file: name, startTime and endTime, as HH:MM:SS.mmm.

    Args:
        chapters: The chapters.
        stood: What stood there before; a chapter that it holds is written as it was, with keys of its own,
            and one of the same name or times keeps the other keys.

    Raises:
        ScriptInvalid: If a time is too late to be written.
    """
    return _out(chapters, stood, read_chapter, _chapter_text)


def bookmarks_out(bookmarks: Sequence[Bookmark], stood: Any = ()) -> list[dict[str, Any]]:
    """Bookmarks in the form of the file: name and time, as HH:MM:SS.mmm; else as `chapters_out`."""
    return _out(
        bookmarks, stood, read_bookmark, lambda mark: {"name": mark.name, "time": time_text(mark.time_s)}
    )


def chapters_in(metadata: Mapping[str, Any]) -> tuple[tuple[Chapter, ...], int]:
    """Chapters from the metadata of a file, and the number of those that make no sense."""
    return _in(metadata.get("chapters", []), read_chapter)


def bookmarks_in(metadata: Mapping[str, Any]) -> tuple[tuple[Bookmark, ...], int]:
    """Bookmarks from the metadata of a file, and the number of those that make no sense."""
    return _in(metadata.get("bookmarks", []), read_bookmark)


def _in(found: Any, read: Callable[[Any], _Named | None]) -> tuple[tuple[_Named, ...], int]:
    if not isinstance(found, list):
        return (), 1
    items = [read(item) for item in found]
    good = tuple(item for item in items if item is not None)
    return good, len(items) - len(good)


def _out(
    items: Sequence[_Named],
    stood: Any,
    read: Callable[[Any], _Named | None],
    text: Callable[[_Named], dict[str, str]],
) -> list[dict[str, Any]]:
    before = [(read(raw), raw) for raw in stood] if isinstance(stood, list) else []
    same = {item: raw for item, raw in before if item is not None}
    written = []
    for item in items:
        likes = (raw for old, raw in before if old is not None and _alike(old, item))
        written.append(same[item] if item in same else {**next(likes, {}), **text(item)})
    return written


def _alike(old: Chapter | Bookmark, new: Chapter | Bookmark) -> bool:
    if old.name == new.name:
        return True
    if isinstance(old, Chapter) and isinstance(new, Chapter):
        return (old.start_s, old.end_s) == (new.start_s, new.end_s)
    return isinstance(old, Bookmark) and isinstance(new, Bookmark) and old.time_s == new.time_s


def read_chapter(item: Any) -> Chapter | None:
    """The chapter that an item of a file's list means; None if it makes no sense."""
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return None
    start_s, end_s = parse_time(item.get("startTime")), parse_time(item.get("endTime"))
    if start_s is None or end_s is None or start_s >= end_s:
        return None
    return Chapter(item["name"], start_s, end_s)


def _chapter_text(chapter: Chapter) -> dict[str, str]:
    # A chapter shorter than the text can say must not end where it starts.
    end_s = max(chapter.end_s, math.floor(chapter.start_s * 1000 + 0.5) / 1000 + 0.001)
    return {"name": chapter.name, "startTime": time_text(chapter.start_s), "endTime": time_text(end_s)}


def read_bookmark(item: Any) -> Bookmark | None:
    """The bookmark that an item of a file's list means; None if it makes no sense."""
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return None
    time_s = parse_time(item.get("time"))
    return None if time_s is None else Bookmark(item["name"], time_s)


def time_text(time_s: float) -> str:
    """A time as HH:MM:SS.mmm.

    Raises:
        ScriptInvalid: If it is later than that can say.
    """
    if not 0 <= time_s < _LATEST_S:
        raise ScriptInvalid(f"{time_s:g} s cannot be written as hours, minutes and seconds")
    ms = math.floor(time_s * 1000 + 0.5)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def parse_time(text: Any) -> float | None:
    """Seconds of a time written as [[HH:]MM:]SS[.mmm]; None for anything else."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    # With one colon the first group holds the minutes.
    large, small, seconds, fraction = match.groups()
    hours, minutes = (large, small) if small is not None else (None, large)
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
    # As one number from its text, so that what was written as thousandths comes back exactly.
    return float(f"{whole}{fraction or ''}")
