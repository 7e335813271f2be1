"""Columns of records: arrays of one dtype and shape, checked when a record is made."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def fixed(name: str, value: Any, dtype: Any, shape: tuple[int | None, ...]) -> Array:
    """Return `value` as a read-only array of one dtype, its shape checked (None is any length).

    Raises:
        ValueError: If it has another shape, or cannot be of that dtype.
    """
    array = np.asarray(value, dtype=dtype)
    if array.shape != shape and not _fits(array.shape, shape):
        wanted = ", ".join("*" if n is None else str(n) for n in shape)
        raise ValueError(f"{name} must have the shape ({wanted}), not {array.shape}")
    view = array.view()
    view.flags.writeable = False
    return view


def _fits(found: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(found) == len(wanted) and all(
        want in (None, got) for want, got in zip(wanted, found, strict=True)
    )


def increasing(name: str, values: Array) -> None:
    """Check that `values` are finite and strictly increasing.

    Raises:
        ValueError: If they are not.
    """
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{name} must be finite")
    if np.any(np.diff(values) <= 0):
        raise ValueError(f"{name} must be strictly increasing")


class Record:
    """Gives the records a `repr` that shows shapes instead of numbers."""

    __slots__ = ()

    def __repr__(self) -> str:
        parts = []
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            parts.append(f"{item.name}={_brief(value)}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
