"""Funscribe turns any video into a motion script (funscript).

Levels of effort:

    generate("clip.mp4").script                  one call
    compose(watch("clip.mp4"), recipe).script    the trace once, then as many scripts as you like
    Queue().add(["a.mp4", "b.mp4"])              whole libraries, in a queue that outlives a crash
    funscribe.video, .field, .detect, .track, .motion, .script    the stages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.errors import FunscribeError
    from funscribe.evaluate import Fidelity, read_truth
    from funscribe.jobs import Job, Queue
    from funscribe.pipeline import Composition, Generated, compose, generate, watch
    from funscribe.recipe import Recipe, read_recipe
    from funscribe.records import (
        Action,
        Chapter,
        DetectionRows,
        Detections,
        MotionSignal,
        Provenance,
        Script,
        Trace,
        TrackRows,
        Tracks,
        VideoInfo,
    )
    from funscribe.script import read_script, write_script
    from funscribe.track import BotSort, ByteTrack, HybridTracker
    from funscribe.video import frames, probe

__version__ = "0.1.0"

__all__ = [
    "Action",
    "BotSort",
    "ByteTrack",
    "Chapter",
    "Composition",
    "DetectionRows",
    "Detections",
    "Fidelity",
    "FunscribeError",
    "Generated",
    "HybridTracker",
    "Job",
    "MotionSignal",
    "Provenance",
    "Queue",
    "Recipe",
    "Script",
    "Trace",
    "TrackRows",
    "Tracks",
    "VideoInfo",
    "compose",
    "frames",
    "generate",
    "probe",
    "read_recipe",
    "read_script",
    "read_truth",
    "watch",
    "write_script",
]

__getattr__ = lazy(
    __name__,
    {
        "errors": ("FunscribeError",),
        "evaluate": ("Fidelity", "read_truth"),
        "jobs": ("Job", "Queue"),
        "pipeline": (
            "Composition",
            "Generated",
            "compose",
            "generate",
            "watch",
        ),
        "recipe": (
            "Recipe",
            "read_recipe",
        ),
        "records": (
            "Action",
            "Chapter",
            "DetectionRows",
            "Detections",
            "MotionSignal",
            "Provenance",
            "Script",
            "Trace",
            "TrackRows",
            "Tracks",
            "VideoInfo",
        ),
        "script": (
            "read_script",
            "write_script",
        ),
        "track": (
            "BotSort",
            "ByteTrack",
            "HybridTracker",
        ),
        "video": (
            "frames",
            "probe",
        ),
    },
)
