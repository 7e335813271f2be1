"""Which mode is the motion: what speaks for each candidate, and the best sequence of them over time.

The weights are those of a log-linear choice; they stand for what strokes are: strong and periodic motion,
and not the wandering of the whole picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from funscribe.motion.even import RATE_HZ
from funscribe.motion.modes import Candidates
from funscribe.records import Array

_ENERGY = 1.0  # per e-fold of energy
_PERIODIC = 1.5  # per e-fold of periodicity
_TEMPO = -0.2  # per e-fold of tempo: of a motion and its overtone the slower is meant
_SUPPORT = 0.6  # per e-fold of the part of the picture that moves
_FEW = -4.0  # per e-fold of cycles fewer than enough in the window
_ENOUGH = 5.0  # cycles
_CAMERA = -10.0  # when it is a motion of the whole picture, and not periodic
_KEPT = 12  # candidates of a window that are followed


def worth(candidates: Candidates, basis: Array) -> Array:
    """Return what speaks for each candidate (K,), in log odds.

    Args:
        candidates: The candidates of a moment.
        basis: Orthonormal motions of the whole picture (4, D).
    """
    cycles = candidates.tempo_hz * (candidates.length / RATE_HZ)
    cells = (candidates.pattern.astype(np.float64) ** 2).reshape(len(candidates), -1, 2).sum(2)
    support = 1 / ((cells**2).sum(1) * cells.shape[1])
    camera = ((candidates.pattern @ basis.T) ** 2).sum(1)
    return np.asarray(
        _ENERGY * np.log(candidates.energy + 1e-12)
        + _PERIODIC * np.log(np.maximum(candidates.periodic, 0.02))
        + _TEMPO * np.log(candidates.tempo_hz)
        + _SUPPORT * np.log(support)
        + _FEW * np.log(np.maximum(_ENOUGH / cycles, 1))
        + _CAMERA * camera * (1 - candidates.periodic**2)
    )


def best_sequence(windows: Sequence[Candidates], worths: Sequence[Array], steadiness: float) -> list[int]:
    """Return the index of the candidate of each window on the best path (Viterbi).

    A path is worth the sum of its candidates, less `steadiness` for each change to a pattern that is
    perpendicular to the one before. Every window must have a candidate.
    """
    kept = [np.argsort(-w, kind="stable")[:_KEPT] for w in worths]
    best = worths[0][kept[0]]
    back: list[Array] = []
    for (before, after), (old, new), value in zip(pairwise(windows), pairwise(kept), worths[1:], strict=True):
        alike = np.abs(after.pattern[new] @ before.pattern[old].T)
        total = best[None, :] - steadiness * (1 - alike)
        back.append(total.argmax(1))
        best = total.max(1) + value[new]
    index = int(best.argmax())
    path = [index]
    for step in reversed(back):
        index = int(step[index])
        path.append(index)
    return [int(rows[i]) for rows, i in zip(kept, reversed(path), strict=True)]
