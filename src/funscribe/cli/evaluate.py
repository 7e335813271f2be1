"""`funscribe evaluate`: how well a script follows the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT", help="A .funscript or .csv file.")],
    truth: Annotated[
        Path,
        typer.Argument(metavar="TRUTH.csv", help="Lines of t_ms,pos; pos empty where there is no truth."),
    ],
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")
    ] = False,
) -> None:
    """Print how well a script follows the truth."""
    from dataclasses import asdict

    from funscribe.cli.report import print_figures, print_json
    from funscribe.evaluate import depth_rank_correlation, read_truth
    from funscribe.evaluate import evaluate as scores_of
    from funscribe.script import read_script

    made, real = read_script(script), read_truth(truth)
    figures = {**asdict(scores_of(made, real)), "depth_rank": depth_rank_correlation(made, real)}
    if json:
        print_json({"script": str(script), "truth": str(truth), **figures})
        return
    rows = (
        ("r", "{:.3f}", "median |Pearson r| of 10 s windows, the lag taken out"),
        ("f1", "{:.3f}", "of the turning points, within 80 ms"),
        ("t_ms", "{:.0f}", "ms, median time error of the turning points"),
        ("lag_ms", "{:.0f}", "ms that the script is late"),
        ("sign", "{:+d}", "-1 is upside down"),
        ("rest", "{:.1f}", "units/s where the truth rests or is unknown"),
        ("depth_rank", "{:.2f}", "rank correlation of the depths of strokes"),
        ("cycles_script", "{:g}", "cycles in the script"),
        ("cycles_truth", "{:g}", "cycles in the truth"),
        ("matched", "{}", "turning points found"),
        ("extra", "{}", "turning points that the truth does not have"),
        ("missed", "{}", "turning points of the truth that the script does not have"),
    )
    print_figures([(name, figures[name], form, note) for name, form, note in rows])
