"""Draws the picture of the README: the script of a scene over its truth.

python tests/benchmarks/picture.py
"""

from __future__ import annotations

from funscribe import Recipe, compose
from funscribe.bench import render_once, watch_kept
from funscribe.evaluate import read_truth, write_comparison
from measure import ROOT

SCENE = "pauses"
WORK = ROOT / "build" / "benchmarks"


def main() -> None:
    """Write docs/pauses.png."""
    video = render_once(WORK, SCENE)
    script = compose(watch_kept(WORK, video, Recipe())).script
    truth = read_truth(video.with_suffix(".csv"))
    write_comparison(ROOT / "docs" / f"{SCENE}.png", script, truth, SCENE)


if __name__ == "__main__":
    main()
