"""The only place where the stages meet: watch, compose, generate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funscribe.lazy import lazy

if TYPE_CHECKING:
    from funscribe.pipeline.comparing import Comparison, Difference, compare_scripts, write_script_comparison
    from funscribe.pipeline.composing import Composition, compose
    from funscribe.pipeline.delivering import Delivered, deliver
    from funscribe.pipeline.generating import Generated, generate
    from funscribe.pipeline.preview import write_preview
    from funscribe.pipeline.watching import Watched, watch, watch_with_store

__all__ = [
    "Comparison",
    "Composition",
    "Delivered",
    "Difference",
    "Generated",
    "Watched",
    "compare_scripts",
    "compose",
    "deliver",
    "generate",
    "watch",
    "watch_with_store",
    "write_preview",
    "write_script_comparison",
]

# A worker that watches a segment loads nothing of what composes a script.
__getattr__ = lazy(
    __name__,
    {
        "comparing": ("Comparison", "Difference", "compare_scripts", "write_script_comparison"),
        "composing": ("Composition", "compose"),
        "delivering": ("Delivered", "deliver"),
        "generating": ("Generated", "generate"),
        "preview": ("write_preview",),
        "watching": ("Watched", "watch", "watch_with_store"),
    },
)
