"""Where one shot ends and the next begins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from funscribe.records import Array


def split_shots(cut: Array, threshold: float) -> list[slice]:
    """Return the shots of a clip: a frame whose cut score (T,) is over the threshold begins a new one."""
    starts = np.flatnonzero(np.asarray(cut) > threshold)
    edges = [0, *(int(s) for s in starts if 0 < s < len(cut)), len(cut)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]
