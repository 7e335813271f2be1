"""How far two models see the same in the same pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from funscribe.boxes import iou
from funscribe.records import Array, Detections

SURE = 0.25  # score from which a box counts
OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many boxes of two models have a counterpart in the other's.

    A box counts from a score of 0.25. Its counterpart is of the same class, overlaps it by an IoU of 0.5 or
    more, and is that of no other box; it may have any score that the detector keeps, since a box at 0.251
    that the other model gives 0.249 is seen by both. `strict` is the share where both must reach 0.25.

    Attributes:
        pictures: Pictures that were looked at (count).
        ours: Boxes of the first model (count).
        ours_met: Those with a counterpart in the second (count).
        theirs: Boxes of the second model (count).
        theirs_met: Those with a counterpart in the first (count).
        both: Pairs in which both reach the score (count).
    """

    pictures: int
    ours: int
    ours_met: int
    theirs: int
    theirs_met: int
    both: int

    @property
    def share(self) -> float:
        """Share of the boxes of both that agree (0..1); NaN if there are none."""
        return _share(self.ours_met + self.theirs_met, self.ours + self.theirs)

    @property
    def strict(self) -> float:
        """Share of the boxes of both that agree with one that also reaches the score (0..1)."""
        return _share(2 * self.both, self.ours + self.theirs)


def agreement(ours: Sequence[Detections], theirs: Sequence[Detections]) -> Agreement:
    """Return how far two models agree on the same pictures, one record of each for a picture.

    Raises:
        ValueError: They are of different numbers of pictures.
    """
    counts = np.zeros(5, np.int64)
    for a, b in zip(ours, theirs, strict=True):
        sure_a, sure_b = a.score >= SURE, b.score >= SURE
        fits = iou(a.xyxy, b.xyxy) * (a.class_id[:, None] == b.class_id[None, :])
        counts += (
            sure_a.sum(),
            _pairs(fits[sure_a]),
            sure_b.sum(),
            _pairs(fits[:, sure_b]),
            _pairs(fits[sure_a][:, sure_b]),
        )
    return Agreement(len(ours), *(int(count) for count in counts))


def _pairs(fits: Array) -> int:
    """Number of pairs of a row and a column of its own, the best first."""
    rest = fits.copy()
    count = 0
    while rest.size and rest.max() >= OVERLAP:
        row, column = np.unravel_index(rest.argmax(), rest.shape)
        rest[row], rest[:, column] = 0, 0
        count += 1
    return count


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
