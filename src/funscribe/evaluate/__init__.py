"""How good a script is, measured against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.evaluate.comparison import brief, write_comparison
    from funscribe.evaluate.cycles import (
        TurningPoints,
        cycle_count,
        match,
        rank_correlation,
        turning_points,
    )
    from funscribe.evaluate.scores import (
        Fidelity,
        LocalR,
        depth_rank_correlation,
        evaluate,
        fidelity,
        local_r,
        pearson,
    )
    from funscribe.evaluate.truth import Truth, parse_truth, read_truth


__all__ = [
    "Fidelity",
    "LocalR",
    "Truth",
    "TurningPoints",
    "brief",
    "cycle_count",
    "depth_rank_correlation",
    "evaluate",
    "fidelity",
    "local_r",
    "match",
    "parse_truth",
    "pearson",
    "rank_correlation",
    "read_truth",
    "turning_points",
    "write_comparison",
]

__getattr__ = lazy(
    __name__,
    {
        "comparison": ("brief", "write_comparison"),
        "cycles": (
            "TurningPoints",
            "cycle_count",
            "match",
            "rank_correlation",
            "turning_points",
        ),
        "scores": (
            "Fidelity",
            "LocalR",
            "depth_rank_correlation",
            "evaluate",
            "fidelity",
            "local_r",
            "pearson",
        ),
        "truth": (
            "Truth",
            "parse_truth",
            "read_truth",
        ),
    },
)
