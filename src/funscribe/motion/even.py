"""Velocities at even times: whatever the frame rate, the rest of the stage sees one."""

from __future__ import annotations

import numpy as np

from funscribe.records import Array

RATE_HZ = 30.0
_CHUNK = 1024  # rows at once: the sums are in double precision and would fill the memory


def even_times(time_s: Array) -> Array:
    """Return even times (N,) from the first to the last frame, about `RATE_HZ`, at least two."""
    count = max(2, round((float(time_s[-1]) - float(time_s[0])) * RATE_HZ) + 1)
    return np.linspace(time_s[0], time_s[-1], count)


def resample(time_s: Array, velocity: Array, even_s: Array) -> Array:
    """Return velocities (T, D) of frames as mean velocities (N, D) float32 between even times.

    What is interpolated is the displacement, so no motion is lost or made up. Row n holds the time from
    even_s[n - 1] to even_s[n]; row 0 is zero, as it is for the frames.
    """
    if len(time_s) == len(even_s) and np.abs(time_s - even_s).max() < 1e-4:
        return np.asarray(velocity, np.float32)
    out = np.zeros((len(even_s), velocity.shape[1]), np.float32)
    edges = np.searchsorted(time_s, even_s, side="left").clip(1, len(time_s) - 1)
    part = (even_s - time_s[edges - 1]) / (time_s[edges] - time_s[edges - 1])
    for start in range(0, len(even_s), _CHUNK):
        stop = min(start + _CHUNK, len(even_s))
        first = edges[max(0, start - 1)] - 1
        frames = slice(first, int(edges[stop - 1]) + 1)
        steps = np.diff(time_s[frames], prepend=time_s[first])[:, None]
        steps[0] = 0
        path = np.cumsum(velocity[frames] * steps, axis=0, dtype=np.float64)
        rows = slice(max(0, start - 1), stop)
        left, share = edges[rows] - 1 - first, part[rows, None]
        place = path[left] * (1 - share) + path[left + 1] * share
        moved = np.diff(place, axis=0, prepend=place[:1])
        out[start:stop] = moved[len(moved) - (stop - start) :]
    out *= np.float32(1 / (even_s[1] - even_s[0]))
    return out
