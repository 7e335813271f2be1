"""A trace becomes a script: seconds of work, no pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from threadpoolctl import threadpool_limits

from funscribe.field.camera import fit_camera
from funscribe.files import printable
from funscribe.motion.attention import background
from funscribe.motion.axes import STROKE, extract_axes
from funscribe.motion.passages import find_passages
from funscribe.recipe import Recipe
from funscribe.records import Array, MotionSignal, Script, Trace, Tracks
from funscribe.script.funscript import script_metadata
from funscribe.script.make import make_script
from funscribe.urls import file_name, is_url


@dataclass(frozen=True, slots=True)
class Composition:
    """What is made of a trace.

    Attributes:
        signal: The motion of the stroke.
        script: The script drawn from it, and from the other axes those that it brings along.
        tracks: What was tracked, if anything.
        axes: The motion along the other axes that were asked for.
    """

    signal: MotionSignal
    script: Script
    tracks: Tracks | None = None
    axes: tuple[MotionSignal, ...] = ()


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
        signals = extract_axes(trace, camera, recipe.motion, tracks)
        signal = next(found for found in signals if found.axis == STROKE)
        passages = find_passages(trace, camera, signal, recipe.motion) if recipe.motion.chapters else ()
    ends_s = float(trace.time_s[-1]) if len(trace) else 0.0
    duration_s = trace.info.duration_s_from_header or ends_s
    metadata = script_metadata(_title(trace.info.path), duration_s)
    others = tuple(found for found in signals if found.axis != STROKE)
    script = make_script(signal, recipe.script, metadata, tuple(each.chapter() for each in passages))
    if others:
        # What is upside down is the stroke: left and right are not.
        options = msgspec.structs.replace(recipe.script, invert=False, invert_passages=())
        script = replace(script, axes={found.axis: make_script(found, options) for found in others})
    return Composition(signal, script, tracks, others)


def _title(path: str) -> str:
    """Return what a script calls its video; of a URL nothing but the name of the file."""
    return printable(Path(file_name(path) if is_url(path) else path).stem)


def follow_tracks(trace: Trace, camera: Array, recipe: Recipe) -> Tracks | None:
    """Return the tracks of what a model found, None where it found nothing or none looked."""
    if trace.detections is None or not len(trace.detections.xyxy):
        return None
    from funscribe.track import track_trace  # without a model nothing of that is loaded

    return track_trace(trace, camera, recipe.track)
