"""Tracks are steered by the motion field: its word is their velocity, but for a small error that lives on.

Of a track that was steered at the moment before, the difference between its velocity and the field's is
taken to be an error of the field, which fades and is renewed at random (an Ornstein-Uhlenbeck process). The
position follows the field, so that a box is as smooth as the field is; detections correct the position and,
by their covariance with it, that difference. So a field that tells too little of the motion, as it does of
things hardly larger than its cells, makes a track lag for a moment and not for good.
"""

from __future__ import annotations

import math

import numpy as np

from funscribe.records import Array
from funscribe.track.drift import Drift
from funscribe.track.kalman import COV, LEAST, POS, RATE_HZ, VAR, VEL, VEL_VAR

# Columns of what is remembered of a track: the velocity (4) it was last steered by, whether that was at the
# moment before, the mean square of how fast that changes (px^2/s^4; negative where not known yet), the mean
# spread of its cells (px/s), by how much the field's errors have been over- or underrated (a variance), and
# for how long it was seen and yet not steered (s).
PULL, FOLLOWED, RESTLESS, SPREAD, RATED, WAITED = slice(0, 4), 4, 5, 6, 7, 8
_COLUMNS = 9

# How fast velocities may change (sizes of the box/s^2): of a track that was never steered, for which strokes
# of a few sizes once a second must be possible, and at least.
_FIRST_CHANGE, _LEAST_CHANGE = 60.0, 3.0
_CHANGE = 1.5  # the same in roots of the mean square of what it did so far
_RESTLESS_S = 0.4  # how long that is remembered (s)
_FLOOR = 0.05  # what cells may always differ by (sizes of the box/s)
_GATE = 2.5  # how far from what is expected the field is believed, in doubts
# ... and which part of the box must move as one: of a track that was steered at the moment before, of one
# that was not, for it may still be half hidden, and where only a change of its way explains what is seen.
_SUPPORT, _SUPPORT_FIRST, _SUPPORT_ANEW = 0.4, 0.65, 0.9

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
        """Return the columns (M, 9), to be written to, of tracks (M,) whose ids rise."""
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
        memory: What is remembered of the tracks (M, 9).
        velocity_var: Variance of their velocity (M,) (px^2/s^2).
        size: Mean of their sides (M,) (px).
        lost: Which were not seen by the last look (M,): something may stand before them, so what moves there
            is not believed the more the longer it lasts.
        elapsed_s: Time since the moment before (s).
    """
    spread2 = memory[:, SPREAD] ** 2
    known = np.where(lost, np.minimum(velocity_var, spread2), velocity_var)
    change2 = _change2(memory, size) * elapsed_s**2
    return np.asarray(np.sqrt(known + spread2 + change2 + (_FLOOR * size) ** 2))


def doubt_anew(memory: Array, size: Array, lost: Array, elapsed_s: float) -> Array:
    """Return by how much more tracks (M,) may have changed their way (px/s), and note how long that was.

    It is what they may have changed while they were seen and not steered: nothing for those that are lost.
    """
    memory[:, WAITED] = np.where(lost | (memory[:, FOLLOWED] > 0), 0, memory[:, WAITED] + elapsed_s)
    return np.asarray(np.sqrt(_change2(memory, size)) * memory[:, WAITED])


def _change2(memory: Array, size: Array) -> Array:
    """Return the square of how fast the velocity of tracks may change (M,) (px^2/s^4)."""
    change = memory[:, RESTLESS]
    change2 = np.where(change < 0, (_FIRST_CHANGE * size) ** 2, _CHANGE**2 * change)
    return np.asarray(change2 + (_LEAST_CHANGE * size) ** 2)


def believed(memory: Array, drift: Drift, expected: Array, doubts: Array, anew: Array) -> Array:
    """Tell which tracks the field may steer (M,): it is about as expected, and most of the box agrees.

    Args:
        memory: What is remembered of the tracks (M, 9).
        drift: What the field says of them.
        expected: Velocity that each is expected to have (M, 2) (px/s).
        doubts: How far the field may be from that (M,) (px/s).
        anew: By how much more, where nearly all of the box agrees (M,) (px/s): so that a track that went
            with something else, and is seen not to, comes back to what it shows.
    """
    off = drift.velocity - expected
    off2 = (off * off).sum(1)
    enough = np.where(memory[:, FOLLOWED] > 0, _SUPPORT, _SUPPORT_FIRST)
    near = (off2 < (_GATE * doubts) ** 2) & (drift.support > enough)
    again = (off2 < (_GATE * (doubts + anew)) ** 2) & (drift.support > _SUPPORT_ANEW)
    return np.asarray(near | again)


def steer(state: Array, memory: Array, drift: Drift, cell: float, elapsed_s: float) -> None:
    """Move states (5, K, 4) on in time by what the field says, in place, and remember that.

    Args:
        state: States of the filter in the form "size".
        memory: What is remembered of the tracks (K, 9); changed in place.
        drift: What the field says of them.
        cell: Side of a cell (px).
        elapsed_s: Time since the moment before (s).
    """
    pull, error, white = _pull(state[POS, :, 2:], memory[:, RATED], drift, cell)
    follow(state, memory, pull, error, elapsed_s)
    state[VAR] += (white * white * (elapsed_s / RATE_HZ))[:, None]
    learnt = 1 - math.exp(-elapsed_s / _RESTLESS_S)
    change = (pull[:, :2] - memory[:, :2]) / elapsed_s
    restless = memory[:, RESTLESS]
    # A track that is followed for the first time since long tells nothing of how fast it changes.
    change2 = np.where(memory[:, FOLLOWED] > 0, np.einsum("kd,kd->k", change, change), restless)
    memory[:, RESTLESS] += np.where(restless < 0, 1.0, learnt) * (change2 - restless)
    memory[:, SPREAD] += learnt * (drift.spread - memory[:, SPREAD])
    memory[:, PULL] = pull
    memory[:, FOLLOWED] = 1


def _pull(sides: Array, rated: Array, drift: Drift, cell: float) -> tuple[Array, Array, Array]:
    """Return velocities (K, 4) by the field, standard deviations of their errors, and of new ones (K,)."""
    width, height = sides.T
    size = 0.5 * (width + height)
    small = cell / np.minimum(width, height)
    small = np.minimum(small * small, 3)
    speed = np.hypot(*drift.velocity.T)
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
        memory: What is remembered (K, 9): whether they were steered at the moment before, and by what.
        pull: Velocities (K, 4) since the moment before, per second.
        error: Standard deviations (K, 4) of their slow errors.
        elapsed_s: Time since the moment before (s).
    """
    error2 = error * error
    off = state[VEL] - memory[:, PULL]
    fresh = (memory[:, FOLLOWED] == 0).nonzero()[0]
    if len(fresh):
        _measure(state, fresh, pull[fresh], error2[fresh])
        off[fresh] = state[VEL, fresh] - pull[fresh]
    # What the velocity was off by fades, and errors anew.
    kept = math.exp(-elapsed_s / _FADE_S)
    state[VEL] = off
    state[:] = (_step(kept, elapsed_s) @ state.reshape(5, -1)).reshape(state.shape)
    error2 *= 1 - kept * kept
    state[VAR:] += np.multiply.outer((elapsed_s * elapsed_s, elapsed_s, 1.0), error2)
    state[:VAR] += np.multiply.outer((elapsed_s, 1.0), pull)
    sizes = state[POS, :, 2:]
    np.maximum(sizes, LEAST, out=sizes)


def _measure(state: Array, rows: Array, pull: Array, error2: Array) -> None:
    """Take velocities into rows of the state as a measurement like any other, in place."""
    part = state[:, rows]
    gain = part[COV:] / (part[VEL_VAR] + error2)  # of the position and of the velocity
    part[:VAR] += gain * (pull - part[VEL])
    part[VAR] -= gain[0] * part[COV]
    part[COV:] *= 1 - gain[1]
    state[:, rows] = part


def _step(kept: float, elapsed_s: float) -> Array:
    """Return what a step makes of a state whose velocity fades first, and then moves the position."""
    moved, kept2 = kept * elapsed_s, kept * kept
    return np.array(
        [
            [1, moved, 0, 0, 0],
            [0, kept, 0, 0, 0],
            [0, 0, 1, 2 * moved, moved * moved],
            [0, 0, 0, kept, kept2 * elapsed_s],
            [0, 0, 0, 0, kept2],
        ]
    )


def rate(memory: Array, surprise: Array) -> None:
    """Rate the field's errors anew where detections came in, in place.

    Args:
        memory: What is remembered of the tracks that were detected (K, 9).
        surprise: Squared innovation of each over its variance, 1 on average if all noise is as it is thought.
    """
    rated = memory[:, RATED]
    rated = rated + _RATE * memory[:, FOLLOWED] * (surprise - rated)
    memory[:, RATED] = np.clip(rated, _RATED_LEAST, _RATED_MOST)
