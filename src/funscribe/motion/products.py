"""Matrix products in pieces too small for threads.

The linear algebra library shares every larger product among all cores. Of a thousand products of a
millisecond each, waiting for the other cores takes several times as long as the products themselves.
"""

from __future__ import annotations

import numpy as np

from funscribe.records import Array

_PIECE = 200_000  # multiplications; OpenBLAS begins to share at about 260,000


def product(a: Array, b: Array) -> Array:
    """Return the product of matrices (m, k) and (k, n), made of a few columns at a time."""
    columns = max(1, _PIECE // max(1, a.shape[0] * a.shape[1]))
    if columns >= b.shape[1]:
        return np.asarray(a @ b)
    return np.concatenate([a @ b[:, k : k + columns] for k in range(0, b.shape[1], columns)], axis=1)


def along(rows: Array, vector: Array) -> Array:
    """Return the product of a matrix (n, k) and a vector (k,)."""
    return np.asarray(np.einsum("nk,k->n", rows, vector))
