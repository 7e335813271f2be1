"""A trace becomes a motion signal: the stage's first public function.

The pipeline calls, in this order:

    camera = fit_camera(trace)                  # funscribe.field.camera: (T, 4) float32
    signal = extract(trace, camera, options)    # MotionSignal at the times of the frames

and with tracks

    camera = fit_camera(trace, background(trace, tracks, options))
    signal = extract(trace, camera, options, tracks)

Within a shot: even times (`even`), the cells that count (`roles`, `attention`), candidate modes of
overlapping windows (`windows`, `modes`), the best sequence of them (`choice`), the velocity along it
(`follow`, `isolate`), its sign (`direction`), its rests (`rest`), and the position (`normalise`), or that of
contact and anchor (`pair`, `fuse`). Shots are solved on their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funscribe.motion.attention import weigh
from funscribe.motion.choice import best_sequence, worth
from funscribe.motion.confidence import confidence
from funscribe.motion.direction import upward
from funscribe.motion.even import even_times, resample
from funscribe.motion.follow import Course, choose, follow
from funscribe.motion.fuse import blend
from funscribe.motion.normalise import to_position
from funscribe.motion.options import MotionOptions
from funscribe.motion.pair import measure_pairs
from funscribe.motion.rest import moving
from funscribe.motion.roles import Cast, cast_of, check_classes
from funscribe.motion.shots import bridge, flashes, split_shots
from funscribe.motion.windows import moments
from funscribe.records import Array, MotionSignal, Trace, Tracks
from funscribe.similarity import similarity_basis

_CHUNK = 1024  # frames at once, to save memory
_FEWEST = 8  # frames of a shot in which motion can be told


def extract(
    trace: Trace, camera: Array, options: MotionOptions, tracks: Tracks | None = None
) -> MotionSignal:
    """Return the motion of a whole clip as one curve.

    Args:
        trace: What was watched.
        camera: The camera's motion (T, 4), see `funscribe.field.camera.fit_camera`.
        options: How to extract.
        tracks: What was tracked in it; without any, or where none of it matters, the field alone decides.

    Raises:
        ClassUnknown: There are tracks, and no class of the name of a role.
        ValueError: The tracks are of another clip.
    """
    check_tracks(trace, options, tracks)
    position = np.full(len(trace), 0.5)
    trust = np.zeros(len(trace))
    held = 0.5
    for shot in split_shots(trace.cut, options.cut_threshold):
        followed = follow_shot(trace, camera, shot, options, tracks)
        if followed is None:
            position[shot] = held
            continue
        position[shot], trust[shot] = stroke_of(trace, followed, options)
        held = float(position[shot][-1])
    return MotionSignal(trace.time_s, position, trust)


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A shot in which something was followed.

    Attributes:
        shot: Its frames.
        even_s: Even times along it (N,) (s).
        still: Velocities without the camera (N, D), each cell by its weight.
        moved: The camera (N, 4); zero where attention says what moves.
        camera: The camera throughout (N, 4).
        basis: What the camera looks like on the cells (4, D).
        course: What was followed.
        on: Where there is motion (N,), bool.
        cast: Who plays which part.
    """

    shot: slice
    even_s: Array
    still: Array
    moved: Array
    camera: Array
    basis: Array
    course: Course
    on: Array
    cast: Cast


def check_tracks(trace: Trace, options: MotionOptions, tracks: Tracks | None) -> None:
    """Check that the tracks are of this clip and have the classes that have a role.

    Raises:
        ClassUnknown: There is no class of the name of a role.
        ValueError: The tracks are of another clip.
    """
    if tracks is None:
        return
    if len(tracks) != len(trace):
        raise ValueError(f"the tracks are of {len(tracks)} frames, not {len(trace)}")
    check_classes(options, tracks.classes)


def follow_shot(
    trace: Trace, camera: Array, shot: slice, options: MotionOptions, tracks: Tracks | None
) -> Followed | None:
    """Return what moves in a shot, or None where nothing does."""
    if shot.stop - shot.start < _FEWEST:
        return None
    grid = (trace.field.shape[1], trace.field.shape[2])
    basis = similarity_basis(grid)
    even_s = even_times(trace.time_s[shot])
    odd = flashes(trace.cut[shot], options.cut_threshold)
    still, moved = _velocities(trace, camera, shot, even_s, basis, odd)
    seen_camera = moved
    cast = cast_of(tracks, shot, trace.info.size_wh, options)
    weight = weigh(trace, shot, even_s, still, cast.heeded, options)
    if weight is not None:
        # The camera is no candidate for a mode then: what is attended moves, and not the whole picture.
        still *= np.repeat(weight, 2, axis=1)
        moved = np.zeros_like(moved)
    course = _course(still, moved, basis, options)
    if course is None:
        return None
    noise = (np.einsum("nd,nd->n", still, still) - course.velocity**2).clip(0) / still.shape[1]
    on = moving(course.velocity, noise, float(np.median(course.tempo_hz)), options.rest_speed)
    return Followed(shot, even_s, still, moved, seen_camera, basis, course, on, cast)


def stroke_of(trace: Trace, followed: Followed, options: MotionOptions) -> tuple[Array, Array]:
    """Return position and confidence of the stroke at the frames of a shot, 0..1."""
    course, on, even_s, cast = followed.course, followed.on, followed.even_s, followed.cast
    up = upward(course.pattern, (trace.field.shape[1], trace.field.shape[2]))
    position = to_position(course.velocity * up, course.tempo_hz, on, options.depth_window_s, options.knee)
    trust = confidence(position, course.tempo_hz, course.periodic, on)
    shot = followed.shot
    pairs = measure_pairs(trace, shot, cast.anchors, cast.contacts) if options.pairing > 0 else ()
    position, trust = blend(pairs, course, even_s, on, (position, trust), options.pairing)
    time_s = trace.time_s[shot]
    return np.interp(time_s, even_s, position).clip(0, 1), np.interp(time_s, even_s, trust).clip(0, 1)


def _velocities(
    trace: Trace, camera: Array, shot: slice, even_s: Array, basis: Array, odd: Array
) -> tuple[Array, Array]:
    """Return the field without the camera (N, D) and the camera (N, 4) at even times.

    The first frame of a shot is compared with the shot before, so its motion means nothing.
    """
    count = shot.stop - shot.start
    stored = trace.field[shot].reshape(count, -1)
    field = np.empty(stored.shape, np.float32)
    moved = np.asarray(camera[shot], np.float32).copy()
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        field[part] = stored[part]
        if not np.isfinite(field[part]).all():  # which is nearly never, and to mend it is slow
            np.nan_to_num(field[part], copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        field[part] -= moved[part] @ basis
    for rows in (field, moved):
        rows[0] = 0
        bridge(rows, odd)
    time_s = trace.time_s[shot]
    return resample(time_s, field, even_s), resample(time_s, moved, even_s)


def _course(still: Array, moved: Array, basis: Array, options: MotionOptions) -> Course | None:
    """Return what was followed through a shot, or None if a moment has no candidate."""
    middles, found = moments(still, moved, basis, options.window_s)
    if not all(map(len, found)):
        return None
    orthonormal = np.linalg.qr(basis.T)[0].T
    indices = best_sequence(found, [worth(f, orthonormal) for f in found], options.steadiness)
    path = [choose(float(m), f, i) for m, f, i in zip(middles, found, indices, strict=True)]
    return follow(still, moved, basis, path, options.isolation)
