"""How much a frame looks like the first of a new shot, and which frames are.

The score needs two neighbouring pictures only, so segments can be watched on their own; whether a score
stands out is decided once the whole trace is there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from funscribe.records import Array

_ALIKE = 0.9  # correlation from which neighbours are of one shot without looking at their motion
_FLAT = 4.0  # grey levels: differences below this are noise of the sensor and the codec


def cut_score(before: Array, after: Array, undo_motion: Callable[[], Array]) -> float:
    """Return how badly the picture after explains the picture before, 0 (the same shot) .. 1 (unrelated).

    Pictures are compared by correlation, which a light flash or a flicker does not change. Where they are
    not alike as they are, the picture after with its motion undone counts if it is more so, which spares
    fast motion.

    Args:
        before: Tiny grey picture (h, w).
        after: The picture after as it is (h, w).
        undo_motion: Gives the picture after, warped onto the picture before by the flow (h, w).
    """
    likeness = _likeness(before, after)
    if likeness < _ALIKE:
        likeness = max(likeness, _likeness(before, undo_motion()))
    return float(np.clip(1 - likeness, 0, 1))


def _likeness(one: Array, other: Array) -> float:
    """Return the correlation of two pictures; flat pictures are alike."""
    a = one.astype(np.float32)
    b = other.astype(np.float32)
    a -= a.mean()
    b -= b.mean()
    noise = np.float32(_FLAT**2 * a.size)
    product = float((a * b).sum()) + float(noise)
    return product / float(np.sqrt((float((a * a).sum()) + noise) * (float((b * b).sum()) + noise)))
