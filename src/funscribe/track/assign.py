"""Which track is which box: the cheapest pairing, in which no pair costs as much as a limit.

The answer is that of the Jonker-Volgenant solvers with a cost limit that trackers commonly use: a pair is
worth what it stays below the limit, and the pairing of the greatest worth is taken. Cutting the costs at the
limit makes that a plain assignment (SciPy's), and pairs at the limit are then dropped. Many boxes are first
narrowed down to the pairs that overlap, which are solved as a sparse problem with the same answer.
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


def associate(
    tracks: Array,
    boxes: Array,
    limit: float,
    weight: Array | None = None,
    classes: Pairs | None = None,
    looks: Looks | None = None,
) -> Pairs:
    """Return the pairs of tracks and boxes, as two arrays of indices (K,), by their overlap.

    A pair costs 1 - overlap * weight, or half the cosine distance of its looks where that is less.

    Args:
        tracks: Boxes xyxy of the tracks (N, 4).
        boxes: Boxes xyxy found (M, 4).
        limit: Cost that a pair must stay below; at most 1, so that boxes that do not touch never pair.
        weight: Of each box (M,), its score where scores are fused; None is one.
        classes: Classes of the tracks (N,) and of the boxes (M,); different ones never pair. None is all one.
        looks: What they look like; None where that is not known.
    """
    if not len(tracks) or not len(boxes):
        return _NONE, _NONE
    if len(tracks) * len(boxes) > MANY:
        return _associate_many(tracks, boxes, limit, weight, classes, looks)
    shared = overlap(tracks, boxes)
    cost = 1 - (shared if weight is None else shared * weight)
    if looks is not None:
        half = 0.5 * (1 - looks.tracks @ looks.boxes.T)
        near = (shared >= looks.overlap) & (half < looks.limit)
        np.minimum(cost, half, out=cost, where=near)
    if classes is not None:
        cost[classes[0][:, None] != classes[1]] = limit
    return pair(cost, limit)


def overlap(a: Array, b: Array) -> Array:
    """Return the intersection over union of boxes `a` (N, 4) and `b` (M, 4) of positive size, (N, M)."""
    sides_a, sides_b = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    a_columns, b_columns = a.T[:, :, None], b.T
    width, height = np.minimum(a_columns[2:], b_columns[2:, None]) - np.maximum(
        a_columns[:2], b_columns[:2, None]
    )
    np.maximum(width, 0, out=width)
    np.maximum(height, 0, out=height)
    width *= height
    whole = (sides_a[:, 0] * sides_a[:, 1])[:, None] + sides_b[:, 0] * sides_b[:, 1]
    whole -= width
    width /= whole
    return np.asarray(width)


def pair(cost: Array, limit: float) -> Pairs:
    """Return the cheapest pairs (K,), (K,) of a cost matrix (N, M), all below a limit."""
    if not cost.size:
        return _NONE, _NONE
    worth = np.minimum(cost, limit)
    rows, columns = linear_sum_assignment(worth)
    good = worth[rows, columns] < limit
    return (rows, columns) if good.all() else (rows[good], columns[good])


def pair_sparse(rows: Array, columns: Array, cost: Array, limit: float, shape: tuple[int, int]) -> Pairs:
    """Return the cheapest pairs (K,), (K,) among listed ones, each listed once, all below a limit.

    Args:
        rows: First of each pair (P,).
        columns: Second of each pair (P,).
        cost: Cost of each pair (P,).
        limit: Cost that a pair must stay below.
        shape: Number of rows and of columns.
    """
    good = cost < limit
    rows, columns, cost = rows[good], columns[good], cost[good]
    if not len(rows):
        return _NONE, _NONE
    count, width = shape
    # Each row may also take a column of its own, for the limit: so every row takes one, and which pairs are
    # best does not change when all costs rise by one, which keeps them from zero, where SciPy sees no entry.
    own = np.arange(count)
    paid = np.concatenate([cost - limit, np.zeros(count)]) + 1 + abs(limit) - min(0.0, float(cost.min()))
    where = (np.concatenate([rows, own]), np.concatenate([columns, width + own]))
    found, taken = min_weight_full_bipartite_matching(csr_array((paid, where), shape=(count, width + count)))
    real = taken < width
    return found[real].astype(np.intp), taken[real].astype(np.intp)


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


def _associate_many(
    tracks: Array,
    boxes: Array,
    limit: float,
    weight: Array | None,
    classes: Pairs | None,
    looks: Looks | None,
) -> Pairs:
    """Do what `associate` does, on the pairs that overlap only."""
    rows, columns, shared = touching(tracks, boxes)
    if classes is not None:
        same = classes[0][rows] == classes[1][columns]
        rows, columns, shared = rows[same], columns[same], shared[same]
    cost = 1 - (shared if weight is None else shared * weight[columns])
    if looks is not None:
        near = np.flatnonzero(shared >= looks.overlap)
        half = 0.5 * (1 - np.einsum("pd,pd->p", looks.tracks[rows[near]], looks.boxes[columns[near]]))
        alike = half < looks.limit
        cost[near[alike]] = np.minimum(cost[near[alike]], half[alike])
    return pair_sparse(rows, columns, cost, limit, (len(tracks), len(boxes)))
