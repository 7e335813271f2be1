"""A picture of a script over the truth, so that a failure can be looked at."""

from __future__ import annotations

from pathlib import Path

from funscribe.evaluate.scores import Fidelity, evaluate
from funscribe.evaluate.truth import Truth
from funscribe.files import write_atomically
from funscribe.records import Script


def write_comparison(path: Path | str, script: Script, truth: Truth, title: str = "") -> None:
    """Write a PNG with truth and script drawn over each other, and the scores.

    Raises:
        OutputNotWritable: If the file cannot be written.
    """
    from funscribe.plots import comparison_png

    caption = brief(evaluate(script, truth))
    write_atomically(path, comparison_png(script, truth.t_ms, truth.pos, title, caption))


def brief(scores: Fidelity) -> str:
    """The scores that exist, on one line."""
    parts = []
    for name, value, form in (
        ("r", scores.r, "{:.3f}"),
        ("f1", scores.f1, "{:.3f}"),
        ("lag", scores.lag_ms, "{:.0f} ms"),
        ("time error", scores.t_ms, "{:.0f} ms"),
        ("rest", scores.rest, "{:.1f} units/s"),
    ):
        if value is not None:
            parts.append(f"{name} {form.format(value)}")
    if scores.sign == -1:
        parts.append("upside down")
    return "     ".join(parts)
