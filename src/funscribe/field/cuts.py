"""How much a frame looks like the first of a new shot, and which frames are.

The score needs two neighbouring pictures only, so segments can be watched on their own; whether a score
stands out is decided once the whole trace is there.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array

_FLAT = 4.0  # grey levels: differences below this are noise of the sensor and the codec


def cut_score(before: Array, matched: Array, after: Array) -> float:
    """Return how badly the picture after explains the picture before, 0 (the same shot) .. 1 (unrelated).

    Pictures are compared by correlation, which a light flash or a flicker does not change, and the better of
    the picture after as it is and with its motion undone (`matched`) counts, which spares fast motion.

    Args:
        before: Tiny grey picture (h, w).
        matched: The picture after, warped onto the picture before by the flow (h, w).
        after: The picture after as it is (h, w).
    """
    return float(np.clip(1 - max(_likeness(before, matched), _likeness(before, after)), 0, 1))


def _likeness(one: Array, other: Array) -> float:
    """Return the correlation of two pictures; flat pictures are alike."""
    a = one.astype(np.float32)
    b = other.astype(np.float32)
    a -= a.mean()
    b -= b.mean()
    noise = np.float32(_FLAT**2 * a.size)
    product = float((a * b).sum()) + float(noise)
    return product / float(np.sqrt((float((a * a).sum()) + noise) * (float((b * b).sum()) + noise)))
