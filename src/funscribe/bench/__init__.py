"""How well scripts follow the motion: synthetic scenes with a known truth, and counted real clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.bench.clips import GROUPS, Clip, absent, choose, find_clips
    from funscribe.bench.fidelity import (
        Job,
        Report,
        as_dict,
        measure,
        read_report,
        report_of,
        write_report,
    )
    from funscribe.bench.kept import default_work, make_folder, render_once, watch_kept
    from funscribe.bench.page import write_page
    from funscribe.bench.scores import CountScore, SceneScore, TrackScore
    from funscribe.bench.summing import clip_tables, summary

__all__ = [
    "GROUPS",
    "Clip",
    "CountScore",
    "Job",
    "Report",
    "SceneScore",
    "TrackScore",
    "absent",
    "as_dict",
    "choose",
    "clip_tables",
    "default_work",
    "find_clips",
    "make_folder",
    "measure",
    "read_report",
    "render_once",
    "report_of",
    "summary",
    "watch_kept",
    "write_page",
    "write_report",
]

__getattr__ = lazy(
    __name__,
    {
        "clips": ("GROUPS", "Clip", "absent", "choose", "find_clips"),
        "fidelity": ("Job", "Report", "as_dict", "measure", "read_report", "report_of", "write_report"),
        "kept": ("default_work", "make_folder", "render_once", "watch_kept"),
        "page": ("write_page",),
        "scores": ("CountScore", "SceneScore", "TrackScore"),
        "summing": ("clip_tables", "summary"),
    },
)
