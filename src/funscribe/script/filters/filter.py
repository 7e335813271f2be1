"""What a filter is: a function from script to script, and the record of its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from funscribe.records import Script

# How far a curve must go back to have turned, where a filter asks for turning points and not for their depth.
TURN_DEPTH = 4.0


class FilterOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of a filter; each has a default."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is registered in the entry-point group `funscribe.filters`.

    Attributes:
        run: A pure function of a script and its options. Everything but the actions is kept.
        options: The record of its options.
        idempotent: Whether a second run with the same options changes nothing.
        keeps_span: Whether no action comes to lie before the first or after the last one.
    """

    run: Callable[[Script, Any], Script]
    options: type[FilterOptions]
    idempotent: bool = False
    keeps_span: bool = True

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]


def with_positions(script: Script, pos: ArrayLike) -> Script:
    """The script with other positions (A,), rounded to whole units and cut to 0..100."""
    return replace(script, pos=np.clip(np.rint(pos), 0, 100).astype(np.int64))


def with_actions(script: Script, at_ms: ArrayLike, pos: ArrayLike) -> Script:
    """The script with other actions (B,), in any order, rounded; of equal times the first given stands.

    What lies before 0 ms is left out.
    """
    times, positions = np.rint(at_ms).astype(np.int64), np.clip(np.rint(pos), 0, 100).astype(np.int64)
    unique, first = np.unique(times, return_index=True)
    late = unique >= 0
    return replace(script, at_ms=unique[late], pos=positions[first[late]])


def only(script: Script, keep: Any) -> Script:
    """The script with some of its actions: a mask (A,) or increasing indices (B,)."""
    return replace(script, at_ms=script.at_ms[keep], pos=script.pos[keep])
