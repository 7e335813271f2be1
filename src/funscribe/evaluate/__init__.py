"""How good a script is, measured against the truth."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funscribe.evaluate.comparison import write_comparison
    from funscribe.evaluate.cycles import TurningPoints, cycle_count, match, turning_points
    from funscribe.evaluate.scores import (
        Fidelity,
        LocalR,
        depth_rank_correlation,
        evaluate,
        fidelity,
        local_r,
    )
    from funscribe.evaluate.truth import Truth, parse_truth, read_truth

_HOME = {
    "Fidelity": "scores",
    "LocalR": "scores",
    "TurningPoints": "cycles",
    "Truth": "truth",
    "cycle_count": "cycles",
    "depth_rank_correlation": "scores",
    "evaluate": "scores",
    "fidelity": "scores",
    "local_r": "scores",
    "match": "cycles",
    "parse_truth": "truth",
    "read_truth": "truth",
    "turning_points": "cycles",
    "write_comparison": "comparison",
}

__all__ = [
    "Fidelity",
    "LocalR",
    "Truth",
    "TurningPoints",
    "cycle_count",
    "depth_rank_correlation",
    "evaluate",
    "fidelity",
    "local_r",
    "match",
    "parse_truth",
    "read_truth",
    "turning_points",
    "write_comparison",
]


def __getattr__(name: str) -> Any:
    # NumPy is loaded only when something is really evaluated.
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
