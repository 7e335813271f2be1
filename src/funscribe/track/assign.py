"""Which track is which box: the pairing of the greatest likeness, with no pair less alike than a floor.

Papers speak of costs, 1 - likeness, below a limit. The answer is that of the Jonker-Volgenant solvers with a
cost limit that trackers commonly use: a pair is worth what it stays above the floor, and the pairing of the
greatest worth is taken. Raising all likeness to the floor makes that a plain assignment (SciPy's), and pairs
at the floor are then dropped. Many boxes are first narrowed down to the pairs that overlap, which are solved
as a sparse problem with the same answer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from funscribe.records import Array

Pairs = tuple[Array, Array]

# Number of pairs (tracks times boxes) from which only those that overlap are looked at.
MANY = 160_000
_CHUNK = 256
_INWARD = np.array([[1.0], [1], [-1], [-1]])
_NONE = np.zeros(0, np.intp)


class Looks(NamedTuple):
    """What tracks and boxes look like, as BoT-SORT uses it.

    Attributes:
        tracks: Unit vectors (N, D); zero where a track has never been described.
        boxes: Unit vectors (M, D).
        overlap: Overlap from which appearance counts (0..1).
        limit: Half cosine distance from which two look different (0..1).
    """

    tracks: Array
    boxes: Array
    overlap: float = 0.5
    limit: float = 0.25


class Some(NamedTuple):
    """Who takes part in a round of pairing; None is everyone.

    Attributes:
        tracks: Indices of tracks (A,).
        boxes: Indices of boxes (B,).
        weight: Of every box (M,), such as its score; None is one.
    """

    tracks: Array | None = None
    boxes: Array | None = None
    weight: Array | None = None


EVERYONE = Some()


class Overlaps:
    """The overlaps of tracks and boxes at one moment, out of which rounds of pairing are drawn.

    Args:
        tracks: Boxes xyxy of the tracks (N, 4), of positive size.
        boxes: Boxes xyxy that were found (M, 4), of positive size.
        classes: Classes of the tracks (N,) and of the boxes (M,); different ones never pair. None is all one.
    """

    def __init__(self, tracks: Array, boxes: Array, classes: Pairs | None = None) -> None:
        self._shape = len(tracks), len(boxes)
        self._listed: Pairs | None = None  # the pairs that overlap, where there are too many for a matrix
        if len(tracks) * len(boxes) > MANY:
            rows, columns, self._shared = touching(tracks, boxes)
            self._listed = rows, columns
            if classes is not None:
                self._shared *= classes[0][rows] == classes[1][columns]
        elif len(tracks) and len(boxes):
            self._shared = overlap(tracks, boxes)
            if classes is not None:
                self._shared *= classes[0][:, None] == classes[1]

    def pair(self, floor: float, some: Some = EVERYONE, looks: Looks | None = None) -> Pairs:
        """Return the best pairs of tracks and boxes, as two arrays of indices (K,).

        Two are as alike as they overlap, times the weight; or as they look, if that is more.

        Args:
            floor: Likeness that a pair must exceed (at least 0).
            some: Who takes part, and what boxes weigh.
            looks: What all of them look like; None where that is not known.
        """
        if not self._shape[0] or not self._shape[1]:
            return _NONE, _NONE
        if self._listed is not None:
            return self._pair_listed(floor, some, looks)
        tracks, boxes, weight = some
        alike = shared = self._among(tracks, boxes)
        if weight is not None:
            alike = shared * (weight if boxes is None else weight[boxes])
        if looks is not None:
            ours = looks.tracks if tracks is None else looks.tracks[tracks]
            theirs = looks.boxes if boxes is None else looks.boxes[boxes]
            same = 0.5 + 0.5 * (ours @ theirs.T)
            near = (shared >= looks.overlap) & (same > 1 - looks.limit)
            alike = np.where(near, np.maximum(alike, same), alike)
        i, j = pair_alike(alike, floor)
        return i if tracks is None else tracks[i], j if boxes is None else boxes[j]

    def _among(self, tracks: Array | None, boxes: Array | None) -> Array:
        rows = self._shared if tracks is None else self._shared[tracks]
        return rows if boxes is None else rows.take(boxes, 1)

    def above(self, floor: float, tracks: Array, boxes: Array) -> Pairs:
        """Return which of some tracks (A,) and boxes (B,) overlap by more than that: indices into these."""
        if not len(tracks) or not len(boxes):
            return _NONE, _NONE
        if self._listed is None:
            i, j = (self._among(tracks, boxes) > floor).nonzero()
            return i, j
        rows, columns = self._listed
        place, where = np.full(self._shape[0], -1), np.full(self._shape[1], -1)
        place[tracks], where[boxes] = np.arange(len(tracks)), np.arange(len(boxes))
        i, j = place[rows], where[columns]
        good = (self._shared > floor) & (i >= 0) & (j >= 0)
        return i[good], j[good]

    def _pair_listed(self, floor: float, some: Some, looks: Looks | None) -> Pairs:
        assert self._listed is not None
        rows, columns = self._listed
        use = np.ones(len(rows), bool)
        for part, place, length in (
            (some.tracks, rows, self._shape[0]),
            (some.boxes, columns, self._shape[1]),
        ):
            if part is not None:
                member = np.zeros(length, bool)
                member[part] = True
                use &= member[place]
        rows, columns, shared = rows[use], columns[use], self._shared[use]
        alike = shared.copy() if some.weight is None else shared * some.weight[columns]
        if looks is not None:
            near = np.flatnonzero(shared >= looks.overlap)
            same = 0.5 + 0.5 * np.einsum("pd,pd->p", looks.tracks[rows[near]], looks.boxes[columns[near]])
            better = same > np.maximum(alike[near], 1 - looks.limit)
            alike[near[better]] = same[better]
        return pair_listed(rows, columns, alike, floor, self._shape)


def overlap(a: Array, b: Array) -> Array:
    """Return the intersection over union of boxes `a` (N, 4) and `b` (M, 4) of positive size, (N, M)."""
    count = len(a)
    # With right and bottom negated, the greater of two is the inner edge on all four sides.
    edges = np.multiply(np.concatenate([a, b]).T, _INWARD, order="C")
    sides = edges[:2] + edges[2:]
    areas = sides[0] * sides[1]
    inner = np.maximum(edges[:, :count, None], edges[:, None, count:])
    outside = inner[:2] + inner[2:]  # (2, N, M): less than nothing where they overlap
    np.minimum(outside, 0, out=outside)
    shared = outside[0] * outside[1]
    whole = areas[:count, None] + areas[count:]
    whole -= shared
    shared /= whole
    return np.asarray(shared)


def pair(cost: Array, limit: float) -> Pairs:
    """Return the cheapest pairs (K,), (K,) of a matrix (N, M) of costs, all below a limit."""
    return pair_alike(-cost, -limit)


def pair_alike(alike: Array, floor: float) -> Pairs:
    """Return the pairs (K,), (K,) of the greatest likeness above a floor, of a matrix (N, M) of them."""
    if not alike.size:
        return _NONE, _NONE
    worth = np.maximum(alike, floor)
    rows, columns = linear_sum_assignment(worth, True)
    good = worth[rows, columns] > floor
    return (rows, columns) if np.count_nonzero(good) == len(good) else (rows[good], columns[good])


def pair_listed(rows: Array, columns: Array, alike: Array, floor: float, shape: tuple[int, int]) -> Pairs:
    """Return the pairs (K,), (K,) of the greatest likeness above a floor, of listed ones that occur once.

    Args:
        rows: First of each pair (P,).
        columns: Second of each pair (P,).
        alike: Likeness of each pair (P,).
        floor: Likeness that a pair must exceed.
        shape: Number of rows and of columns.
    """
    good = alike > floor
    rows, columns, worth = rows[good], columns[good], alike[good] - floor
    if not len(rows):
        return _NONE, _NONE
    # Who has one partner, which has no other, takes it; only the others are a problem to solve.
    lonely = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    if lonely.all():
        return rows, columns
    crowd = ~lonely
    more = _solve(rows[crowd], columns[crowd], worth[crowd], shape)
    return np.concatenate([rows[lonely], more[0]]), np.concatenate([columns[lonely], more[1]])


def _solve(rows: Array, columns: Array, worth: Array, shape: tuple[int, int]) -> Pairs:
    """Return the pairs (K,), (K,) of the greatest worth in sum, out of listed ones of positive worth."""
    names, rows = np.unique(rows, return_inverse=True)
    count, width = len(names), shape[1]
    # Each row may also take a column of its own, which is worth nothing: so every row takes one. All costs
    # are raised by the same, which changes nothing then, for SciPy sees no entry where a cost is zero.
    own = np.arange(count)
    paid = 1 + worth.max() - np.concatenate([worth, np.zeros(count)])
    where = (np.concatenate([rows, own]), np.concatenate([columns, width + own]))
    found, taken = min_weight_full_bipartite_matching(csr_array((paid, where), shape=(count, width + count)))
    real = taken < width
    return names[found[real]], taken[real].astype(np.intp)


def touching(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Return the pairs of boxes `a` (N, 4) and `b` (M, 4) that overlap: indices (P,), (P,), overlap (P,)."""
    order_a, order_b = np.argsort(a[:, 0], kind="stable"), np.argsort(b[:, 0], kind="stable")
    left = b[order_b, 0]
    reach = np.maximum.accumulate(b[order_b, 2])  # rises, unlike the right edges themselves
    parts = []
    for begin in range(0, len(a), _CHUNK):
        mine = order_a[begin : begin + _CHUNK]
        first = np.searchsorted(reach, a[mine[0], 0], side="right")
        last = np.searchsorted(left, a[mine, 2].max(), side="left")
        theirs = order_b[first:last]
        shared = overlap(a[mine], b[theirs])
        i, j = np.nonzero(shared)
        parts.append((mine[i], theirs[j], shared[i, j]))
    rows, columns, shared = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows, columns, shared
