"""Tracks are steered by the motion field: its word is their velocity, but for a small error that lives on.

Of a track that was steered at the moment before, the difference between its velocity and the field's is
taken to be an error of the field, which fades and is renewed at random (an Ornstein-Uhlenbeck process). The
position follows the field, so that a box is as smooth as the field is; detections correct the position and,
by their covariance with it, that difference. So a field that tells too little of the motion, as it does of
things hardly larger than its cells, makes a track lag for a moment and not for good.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array
from funscribe.track.drift import Drift
from funscribe.track.kalman import LEAST, POS, RATE_HZ, VAR

# Columns of what is remembered of a track: the velocity (4) it was last steered by, whether that was at the
# moment before, the mean square of how fast that changes (px^2/s^4; negative where not known yet), the mean
# spread of its cells (px/s), and by how much the field's errors have been over- or underrated (a variance).
PULL, FOLLOWED, RESTLESS, SPREAD, RATED = slice(0, 4), 4, 5, 6, 7
_COLUMNS = 8

# How fast velocities may change (sizes of the box/s^2): of a track that was never steered, for which strokes
# of a few sizes once a second must be possible, and at least.
_FIRST_CHANGE, _LEAST_CHANGE = 60.0, 3.0
_CHANGE = 1.5  # the same in roots of the mean square of what it did so far
_RESTLESS_S = 0.4  # how long that is remembered (s)
_FLOOR = 0.05  # what cells may always differ by (sizes of the box/s)
_GATE = 2.5  # how far from what is expected the field is believed, in doubts
_SUPPORT = 0.4  # ... and which part of the box must move as one

_FADE_S = 0.3  # how long the field errs in the same way (s)
# Standard deviation of that error: in sizes of the box/s, in parts of the speed where the box is as large as
# a cell (its cells show the wall, too), and in parts of how differently the cells move.
_ERROR, _ERROR_SMALL, _ERROR_SPREAD = 0.03, 0.1, 0.3
_GROWTH_ERROR, _GROWTH_SMALL = 0.2, 0.2  # the same for the relative change of size (1/s)
_WHITE = 0.1  # standard deviation of the error that is new at each 1/30 s, in parts of spread and floor
_RATE, _RATED_LEAST, _RATED_MOST = 0.15, 0.05, 9.0  # how fast, and between what, errors are rated anew


class Memory:
    """What is remembered of tracks from moment to moment, in the order of a table of tracks."""

    def __init__(self) -> None:
        self._ids = np.zeros(0, np.int64)
        self._columns = np.zeros((0, _COLUMNS))

    def of(self, track_id: Array) -> Array:
        """Return the columns (M, 8), to be written to, of tracks (M,) whose ids rise."""
        if not np.array_equal(track_id, self._ids):
            columns = np.zeros((len(track_id), _COLUMNS))
            columns[:, RESTLESS] = -1
            columns[:, RATED] = 1
            if len(self._ids):
                at = np.minimum(np.searchsorted(self._ids, track_id), len(self._ids) - 1)
                same = self._ids[at] == track_id
                columns[same] = self._columns[at[same]]
            self._ids, self._columns = track_id.copy(), columns
        return self._columns

    def pause(self) -> None:
        """Note that no track was steered at this moment."""
        self._columns[:, FOLLOWED] = 0


def doubt(memory: Array, velocity_var: Array, size: Array, lost: Array, elapsed_s: float) -> Array:
    """Return how far the field may be from what tracks are expected to do (M,) (px/s).

    Args:
        memory: What is remembered of the tracks (M, 8).
        velocity_var: Variance of their velocity (M,) (px^2/s^2).
        size: Mean of their sides (M,) (px).
        lost: Which were not seen by the last look (M,): something may stand before them, so what moves there
            is not believed the more the longer it lasts.
        elapsed_s: Time since the moment before (s).
    """
    spread2 = memory[:, SPREAD] ** 2
    change = memory[:, RESTLESS]
    change2 = np.where(change < 0, (_FIRST_CHANGE * size) ** 2, _CHANGE**2 * change)
    change2 += (_LEAST_CHANGE * size) ** 2
    known = np.where(lost, np.minimum(velocity_var, spread2), velocity_var)
    return np.asarray(np.sqrt(known + spread2 + change2 * elapsed_s**2 + (_FLOOR * size) ** 2))


def believed(drift: Drift, expected: Array, doubts: Array) -> Array:
    """Tell which tracks the field may steer (M,): it is about as expected, and most of the box agrees."""
    off = drift.velocity - expected
    near = (off * off).sum(1) < (_GATE * doubts) ** 2
    return np.asarray(near & (drift.support > _SUPPORT))


def steer(state: Array, memory: Array, drift: Drift, cell: float, elapsed_s: float) -> None:
    """Move states (5, K, 4) on in time by what the field says, in place, and remember that.

    Args:
        state: States of the filter in the form "size".
        memory: What is remembered of the tracks (K, 8); changed in place.
        drift: What the field says of them.
        cell: Side of a cell (px).
        elapsed_s: Time since the moment before (s).
    """
    pull, error, white = _pull(state[POS, :, 2:], memory[:, RATED], drift, cell)
    follow(state, memory, pull, error, elapsed_s)
    state[VAR] += (white * white * (elapsed_s / RATE_HZ))[:, None]
    followed = memory[:, FOLLOWED]
    learnt = 1 - np.exp(-elapsed_s / _RESTLESS_S)
    change = (pull[:, :2] - memory[:, :2]) / elapsed_s
    restless = memory[:, RESTLESS]
    # A track that is followed for the first time since long tells nothing of how fast it changes.
    change2 = np.where(followed > 0, (change * change).sum(1), restless)
    memory[:, RESTLESS] += np.where(restless < 0, 1.0, learnt) * (change2 - restless)
    memory[:, SPREAD] += learnt * (drift.spread - memory[:, SPREAD])
    memory[:, PULL] = pull
    memory[:, FOLLOWED] = 1


def _pull(sides: Array, rated: Array, drift: Drift, cell: float) -> tuple[Array, Array, Array]:
    """Return velocities (K, 4) by the field, standard deviations of their errors, and of new ones (K,)."""
    size = sides.mean(1)
    small = np.minimum((cell / sides.min(1)) ** 2, 3)
    speed = np.hypot(drift.velocity[:, 0], drift.velocity[:, 1])
    blur = _ERROR_SPREAD * drift.spread
    pull = np.empty((len(sides), 4))
    pull[:, :2] = drift.velocity
    pull[:, 2:] = sides * drift.growth[:, None]
    error = np.empty_like(pull)
    error[:, :2] = (_ERROR * size + _ERROR_SMALL * small * speed + blur)[:, None]
    error[:, 2:] = sides * (_GROWTH_ERROR + _GROWTH_SMALL * small + blur / size)[:, None]
    rating = np.sqrt(rated)
    error *= rating[:, None]
    return pull, error, _WHITE * (drift.spread + _FLOOR * size) * rating


def follow(state: Array, memory: Array, pull: Array, error: Array, elapsed_s: float) -> None:
    """Move states (5, K, 4) on by velocities from outside, in place.

    Args:
        state: States of the filter.
        memory: What is remembered (K, 8): whether they were steered at the moment before, and by what.
        pull: Velocities (K, 4) since the moment before, per second.
        error: Standard deviations (K, 4) of their slow errors.
        elapsed_s: Time since the moment before (s).
    """
    position, velocity, var, cov, velocity_var = state
    error2 = error * error
    followed = memory[:, FOLLOWED, None] > 0
    # Steered before: what the velocity was off by fades, and errors anew.
    kept = float(np.exp(-elapsed_s / _FADE_S))
    fading = pull + kept * (velocity - memory[:, PULL])
    # Not so: the field's velocity is a measurement like any other.
    gain = velocity_var / (velocity_var + error2)
    place_gain = np.where(followed, 0, cov / (velocity_var + error2))
    new = pull - velocity
    position += place_gain * new
    var -= place_gain * cov
    velocity[:] = np.where(followed, fading, velocity + gain * new)
    cov *= np.where(followed, kept, 1 - gain)
    renewed = kept * kept * velocity_var + (1 - kept * kept) * error2
    velocity_var[:] = np.where(followed, renewed, (1 - gain) * velocity_var)
    grown = velocity_var * elapsed_s
    var += (2 * cov + grown) * elapsed_s
    cov += grown
    position += velocity * elapsed_s
    np.maximum(position[:, 2:], LEAST, out=position[:, 2:])


def rate(memory: Array, surprise: Array) -> None:
    """Rate the field's errors anew where detections came in, in place.

    Args:
        memory: What is remembered of the tracks that were detected (K, 8).
        surprise: Squared innovation of each over its variance, 1 on average if all noise is as it is thought.
    """
    rated = memory[:, RATED]
    rated = rated + _RATE * memory[:, FOLLOWED] * (surprise - rated)
    memory[:, RATED] = np.clip(rated, _RATED_LEAST, _RATED_MOST)
