"""Chapters as they stand in the metadata of a script: names with times as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from funscribe.records import Chapter

_TIME = re.compile(r"(?:(\d{1,4}):)?(?:(\d{1,4}):)?(\d{1,6}(?:\.\d{1,9})?)", re.ASCII)


def chapters_out(chapters: tuple[Chapter, ...]) -> list[dict[str, str]]:
    """Chapters in the form of the file: name, startTime and endTime, as HH:MM:SS.mmm."""
    return [
        {"name": c.name, "startTime": time_text(c.start_s), "endTime": time_text(c.end_s)} for c in chapters
    ]


def chapters_in(metadata: Mapping[str, Any]) -> tuple[tuple[Chapter, ...], int]:
    """Chapters from the metadata of a file, and the number of those that make no sense."""
    found = metadata.get("chapters", [])
    if not isinstance(found, list):
        return (), 1
    chapters = [_chapter(item) for item in found]
    good = tuple(c for c in chapters if c is not None)
    return good, len(chapters) - len(good)


def _chapter(item: Any) -> Chapter | None:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return None
    start_s, end_s = parse_time(item.get("startTime")), parse_time(item.get("endTime"))
    if start_s is None or end_s is None or start_s >= end_s:
        return None
    return Chapter(item["name"], start_s, end_s)


def time_text(time_s: float) -> str:
    """A time as HH:MM:SS.mmm."""
    ms = round(time_s * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def parse_time(text: Any) -> float | None:
    """Seconds of a time written as [[HH:]MM:]SS[.mmm]; None for anything else."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    # With one colon the first group holds the minutes.
    large, small, seconds = match.groups()
    hours, minutes = (large, small) if small is not None else (None, large)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
