"""A trace becomes a script: seconds of work, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from funscribe.field.camera import fit_camera
from funscribe.files import printable
from funscribe.motion.attention import background
from funscribe.motion.extraction import extract
from funscribe.recipe import Recipe
from funscribe.records import Array, MotionSignal, Script, Trace, Tracks
from funscribe.script.funscript import script_metadata
from funscribe.script.make import make_script


@dataclass(frozen=True, slots=True)
class Composition:
    """What is made of a trace: the motion signal, the script drawn from it, and the tracks, if any."""

    signal: MotionSignal
    script: Script
    tracks: Tracks | None = None


def compose(trace: Trace, recipe: Recipe | None = None) -> Composition:
    """Return the motion and the script of a trace.

    Args:
        trace: What was watched.
        recipe: The options; None for the defaults.
    """
    recipe = recipe or Recipe()
    # The matrices are small: threads of the linear algebra would wait for each other most of the time.
    with threadpool_limits(1, "blas"):
        camera = fit_camera(trace)
        tracks = follow_tracks(trace, camera, recipe)
        attended = background(trace, tracks, recipe.motion)
        if attended is not None:  # what moves by itself must not be taken for the camera
            camera = fit_camera(trace, attended)
        signal = extract(trace, camera, recipe.motion, tracks)
    ends_s = float(trace.time_s[-1]) if len(trace) else 0.0
    duration_s = trace.info.duration_s_from_header or ends_s
    metadata = script_metadata(printable(Path(trace.info.path).stem), duration_s)
    return Composition(signal, make_script(signal, recipe.script, metadata), tracks)


def follow_tracks(trace: Trace, camera: Array, recipe: Recipe) -> Tracks | None:
    """Return the tracks of what a model found, None where it found nothing or none looked."""
    if trace.detections is None or not len(trace.detections.xyxy):
        return None
    from funscribe.track import track_trace  # without a model nothing of that is loaded

    return track_trace(trace, camera, recipe.track)
