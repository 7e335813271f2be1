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


class BoxFilter:
    """The arithmetic of the filter; it holds numbers of noise and no tracks.

    Args:
        form: What is measured: "aspect" is (cx, cy, width / height, height), "size" (cx, cy, width, height).
        position: Standard deviation of a measured place, in sizes of the box.
        velocity: Standard deviation of what a velocity changes in 1/30 s, in sizes of the box per 1/30 s.
    """

    def __init__(self, form: Form = "size", position: float = POSITION, velocity: float = VELOCITY) -> None:
        self.form: Form = form
        aspect = form == "aspect"
        lengths = np.array([1.0, 1.0, 0.0 if aspect else 1.0, 1.0])
        self._sizes = [3, 3, 3, 3] if aspect else [2, 3, 2, 3]
        rate2 = RATE_HZ**2
        # Each variance is `slope * size**2 + floor`; the floor is that of the ratio.
        self._walk = (RATE_HZ * lengths * position**2, RATE_HZ * (1 - lengths) * ASPECT**2)
        self._drift = (
            RATE_HZ * rate2 * lengths * velocity**2,
            RATE_HZ * rate2 * (1 - lengths) * ASPECT_VELOCITY**2,
        )
        self._measured = (lengths * position**2, (1 - lengths) * ASPECT_MEASURED**2)
        self._first = (lengths * (2 * position) ** 2, (1 - lengths) * ASPECT**2)
        self._first_velocity = (
            rate2 * lengths * (10 * velocity) ** 2,
            rate2 * (1 - lengths) * ASPECT_VELOCITY**2,
        )

    def measure(self, xyxy: Array) -> Array:
        """Return boxes (K, 4), of positive size, as measurements (K, 4) in the form of the filter."""
        out = np.empty((len(xyxy), 4))
        low, sides = xyxy[:, :2], out[:, 2:]
        np.subtract(xyxy[:, 2:], low, out=sides)
        np.multiply(sides, 0.5, out=out[:, :2])
        out[:, :2] += low
        if self.form == "aspect":
            out[:, 2] /= out[:, 3]
        return out

    def boxes(self, position: Array) -> Array:
        """Return positions (M, 4), in the form of the filter, as boxes xyxy (M, 4), float64."""
        out = np.empty((len(position), 4))
        half = position[:, 2:] * 0.5
        if self.form == "aspect":
            half[:, 0] *= position[:, 3]
        centre = position[:, :2]
        np.subtract(centre, half, out=out[:, :2])
        np.add(centre, half, out=out[:, 2:])
        return out

    def begin(self, measured: Array) -> Array:
        """Return states (5, K, 4) that stand at measurements (K, 4), their velocity zero and unknown."""
        size2 = measured[:, self._sizes] ** 2
        zero = np.zeros_like(measured)
        slope, floor = self._first
        fast, least = self._first_velocity
        return np.stack([measured, zero, size2 * slope + floor, zero, size2 * fast + least])

    def predict(self, state: Array, elapsed_s: float) -> None:
        """Move states (5, M, 4) on in time, in place."""
        position, velocity, var, cov, velocity_var = state
        size2 = position[:, self._sizes]
        size2 *= size2
        grown = velocity_var * elapsed_s
        walk, walk_floor = self._walk
        drift, drift_floor = self._drift
        var += (2 * cov + grown) * elapsed_s
        var += size2 * (walk * elapsed_s)
        cov += grown
        velocity_var += size2 * (drift * elapsed_s)
        if self.form == "aspect":
            var += walk_floor * elapsed_s
            velocity_var += drift_floor * elapsed_s
        position += velocity * elapsed_s
        np.maximum(position[:, 2:], LEAST, out=position[:, 2:])

    def noise(self, position: Array) -> Array:
        """Return the variance (K, 4) of what a detector measures where tracks stand (K, 4)."""
        slope, floor = self._measured
        return np.asarray(position[:, self._sizes] ** 2 * slope + floor)

    def update(self, state: Array, measured: Array, noise: Array) -> None:
        """Take measurements into states (5, K, 4), in place.

        Args:
            state: The states that were measured.
            measured: What was measured (K, 4), in the form of the filter.
            noise: Its variance (K, 4), or anything that broadcasts to it; infinite where nothing is known.
        """
        position, velocity, var, cov, velocity_var = state
        spread = var + noise
        new = measured - position
        gain = var / spread
        velocity_gain = cov / spread
        position += gain * new
        velocity += velocity_gain * new
        velocity_var -= velocity_gain * cov
        gain = 1 - gain
        var *= gain
        cov *= gain

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
        if self.form == "aspect":
            zoom = np.array([zoom[0] / zoom[1], zoom[1]])
            zoom2 = zoom**2
        state[:2, :, :2] = state[:2, :, :2] @ linear.T
        state[POS, :, :2] += shift
        state[2:, :, :2] = state[2:, :, :2] @ square
        state[:2, :, 2:] *= zoom
        state[2:, :, 2:] *= zoom2
