"""Which places of the axes of a tensor are kept when pictures get smaller; no library is asked for that."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from funscribe.records import Array

Axes = tuple[Array | None, ...]  # of each axis the places that are kept, in order; None where all are


class Refused(Exception):
    """Why what is kept cannot be told."""


def shortened(length: int, kept: int) -> Array | None:
    """Return the first places of an axis, None if they are all."""
    return None if kept == length else np.arange(kept)


def broadcast(shape: Sequence[int], shapes: Sequence[Sequence[int]], inputs: Sequence[Axes]) -> Axes:
    """Return what is kept of an output that is made place by place, as NumPy broadcasts.

    Args:
        shape: Shape of the output.
        shapes: Shapes of the inputs.
        inputs: What is kept of them.

    Raises:
        Refused: They do not keep the same.
    """
    found: list[Array | None] = [None] * len(shape)
    for own, axes in zip(shapes, inputs, strict=True):
        for axis, places in enumerate(axes, len(shape) - len(own)):
            if places is None:
                continue
            before = found[axis]
            if before is not None and not np.array_equal(before, places):
                raise Refused("inputs of which not the same is kept")
            found[axis] = places
    return tuple(found)


def joined(shapes: Sequence[Sequence[int]], inputs: Sequence[Axes], axis: int) -> Axes:
    """Return what is kept of tensors put in a row along an axis.

    Raises:
        Refused: They do not keep the same of another axis.
    """
    beside = [tuple(None if at == axis else kept for at, kept in enumerate(axes)) for axes in inputs]
    found = list(broadcast(shapes[0], shapes, beside))
    if any(axes[axis] is not None for axes in inputs):
        starts = np.cumsum([0, *(shape[axis] for shape in shapes)])
        parts = [
            start + (np.arange(shape[axis]) if axes[axis] is None else axes[axis])
            for start, shape, axes in zip(starts[:-1], shapes, inputs, strict=True)
        ]
        found[axis] = np.concatenate(parts)
    return tuple(found)


def regrouped(old: Sequence[int], new: Sequence[int], axes: Axes) -> Axes:
    """Return what is kept of a tensor of one shape when it is read as one of another.

    Raises:
        Refused: What is kept is no tensor any more.
    """
    found: list[Array | None] = [None] * len(new)
    for before, after in _groups(old, new):
        if all(axes[axis] is None for axis in before):
            continue
        flat = np.arange(prod(old[axis] for axis in before)).reshape([old[axis] for axis in before])
        for at, axis in enumerate(before):
            places = axes[axis]
            flat = flat if places is None else flat.take(places, at)
        parts = _unravelled(flat.ravel(), [new[axis] for axis in after])
        for axis, places in zip(after, parts, strict=True):
            found[axis] = places
    return tuple(found)


def _groups(old: Sequence[int], new: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Axes of two shapes that hold the same values, in as small groups as there are."""
    left = [axis for axis, length in enumerate(old) if length != 1]
    right = [axis for axis, length in enumerate(new) if length != 1]
    if prod(old) != prod(new) or not prod(old):
        raise Refused("shapes of another number of values")
    groups = []
    while left:
        a, b = [left.pop(0)], [right.pop(0)]
        while (one := prod(old[axis] for axis in a)) != (other := prod(new[axis] for axis in b)):
            (a if one < other else b).append((left if one < other else right).pop(0))
        groups.append((a, b))
    return groups


def _unravelled(flat: Array, shape: list[int]) -> list[Array | None]:
    """Places on the axes of a shape that together are the given places of its values."""
    parts = [np.unique(part) for part in np.unravel_index(flat, shape)]
    if prod(map(len, parts)) != len(flat):
        raise Refused("places that are no whole lines and columns")
    again = np.ravel_multi_index(tuple(np.meshgrid(*parts, indexing="ij")), shape).ravel()
    if not np.array_equal(again, flat):
        raise Refused("places in another order")
    return [None if len(part) == length else part for part, length in zip(parts, shape, strict=True)]
