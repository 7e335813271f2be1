"""The constant-velocity Kalman filter of boxes, for all tracks at once and in seconds.

It is the filter of SORT (Bewley et al., ICIP 2016), with the noise that DeepSORT and ByteTrack (Zhang et
al., ECCV 2022) take from the size of the box, or, in the form "size", BoT-SORT (Aharon et al., 2022). With
diagonal noise its eight states are four pairs of a position and a velocity that never mix, so that each step
is arithmetic on columns and no matrix is inverted.

A state is (5, M, 4): POS, VEL, VAR (of the position), COV (of position and velocity) and VEL_VAR, each of the
four measured numbers of M tracks. Velocities are per second.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from funscribe.records import Array

POS, VEL, VAR, COV, VEL_VAR = range(5)

Form = Literal["aspect", "size"]

# The papers give their noise for one frame of their videos, which have 30 a second.
RATE_HZ = 30.0
# Standard deviations, in sizes of the box, that the papers use at one frame.
POSITION = 1 / 20
VELOCITY = 1 / 160
# The same of the ratio of width to height, which is no length.
ASPECT, ASPECT_VELOCITY, ASPECT_MEASURED = 1e-2, 1e-5, 1e-1
# No box gets smaller than this (px, and ratio), however it shrank before it was lost.
LEAST = 1e-3
_LEAST = np.array(LEAST)

# From (left, top, right, bottom) to (cx, cy, width, height), and back, as rows times a matrix.
_TO_CENTRE = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]])
_TO_CORNERS = np.array([[1.0, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]])


class BoxFilter:
    """The arithmetic of the filter; it holds numbers of noise and no tracks.

    Args:
        form: What is measured: "aspect" is (cx, cy, width / height, height), "size" (cx, cy, width, height).
        position: Standard deviation of a measured place, in sizes of the box.
        velocity: Standard deviation of what a velocity changes in 1/30 s, in sizes of the box per 1/30 s.
    """

    def __init__(self, form: Form = "size", position: float = POSITION, velocity: float = VELOCITY) -> None:
        self.form: Form = form
        self._aspect = form == "aspect"
        self._sizes = np.array([3, 3, 3, 3] if self._aspect else [2, 3, 2, 3])
        # Of each variance what it is at the square of size one; the size of a ratio is one.
        place, change = np.full(4, position), np.full(4, velocity)
        measured = place.copy()
        first, first_change = 2 * place, 10 * change
        if self._aspect:
            place[2] = first[2] = ASPECT
            change[2] = first_change[2] = ASPECT_VELOCITY
            measured[2] = ASPECT_MEASURED
        change, first_change = change * RATE_HZ, first_change * RATE_HZ  # velocities are per second
        self._growth = RATE_HZ * np.array([place**2, change**2])[:, None]  # of VAR and VEL_VAR, per second
        self._measured = measured**2
        self._first = np.array([first**2, first_change**2])[:, None]
        self._step = np.eye(5)  # what a step in time makes of a state, but for its noise

    def measure(self, xyxy: Array) -> Array:
        """Return boxes (K, 4), of positive size, as measurements (K, 4) in the form of the filter."""
        out = xyxy @ _TO_CENTRE
        if self._aspect:
            out[:, 2] /= out[:, 3]
        return np.asarray(out)

    def boxes(self, position: Array) -> Array:
        """Return positions (M, 4), in the form of the filter, as boxes xyxy (M, 4), float64."""
        if self._aspect:
            position = position.copy()
            position[:, 2] *= position[:, 3]
        return np.asarray(position @ _TO_CORNERS)

    def begin(self, measured: Array) -> Array:
        """Return states (5, K, 4) that stand at measurements (K, 4), their velocity zero and unknown."""
        state = np.zeros((5, *measured.shape))
        state[POS] = measured
        state[VAR::2] = self._first * self._squares(measured)
        return state

    def predict(self, state: Array, elapsed_s: float) -> None:
        """Move states (5, M, 4) on in time, in place."""
        noise = self._squares(state[POS]) * (self._growth * elapsed_s)
        step = self._step
        step[POS, VEL] = step[COV, VEL_VAR] = elapsed_s
        step[VAR, COV], step[VAR, VEL_VAR] = 2 * elapsed_s, elapsed_s * elapsed_s
        state[:] = (step @ state.reshape(5, -1)).reshape(state.shape)
        state[VAR::2] += noise
        sizes = state[POS, :, 2:]
        np.maximum(sizes, _LEAST, out=sizes)

    def noise(self, position: Array) -> Array:
        """Return the variance (K, 4) of what a detector measures where tracks stand (K, 4)."""
        return np.asarray(self._squares(position) * self._measured)

    def _squares(self, position: Array) -> Array:
        """Return the square of the size that each of the numbers (M, 4) is as uncertain as."""
        size = position.take(self._sizes, 1)
        size *= size
        if self._aspect:
            size[:, 2] = 1
        return size

    def update(self, state: Array, measured: Array, noise: Array) -> None:
        """Take measurements into states (5, K, 4), in place.

        Args:
            state: The states that were measured.
            measured: What was measured (K, 4), in the form of the filter.
            noise: Its variance (K, 4), or anything that broadcasts to it; infinite where nothing is known.
        """
        mean, cov = state[:VAR], state[VAR:VEL_VAR]  # each of the position and of the velocity
        gain = cov / (cov[0] + noise)
        mean += gain * (measured - mean[0])
        state[VEL_VAR] -= gain[1] * cov[1]
        cov *= 1 - gain[0]

    def move(self, state: Array, camera: Array) -> None:
        """Carry states (5, M, 4) along with what the camera did to the picture, in place.

        BoT-SORT's compensation of mean and covariance. The sizes take the zoom only: a box that turns with
        the picture stays upright. Of the covariance what would couple x with y is left out; for a turn
        without change of shape and equal variances there is none.

        Args:
            state: The states before the camera moved.
            camera: Affine (2, 3) from pixels before to pixels now.
        """
        linear, shift = camera[:, :2], camera[:, 2]
        zoom = np.hypot(linear[0], linear[1])  # of a length along x, and of one along y
        square, zoom2 = linear.T**2, zoom**2
        if self._aspect:
            zoom = np.array([zoom[0] / zoom[1], zoom[1]])
            zoom2 = zoom**2
        state[:2, :, :2] = state[:2, :, :2] @ linear.T
        state[POS, :, :2] += shift
        state[2:, :, :2] = state[2:, :, :2] @ square
        state[:2, :, 2:] *= zoom
        state[2:, :, 2:] *= zoom2
