"""`funscribe script stats`: figures that describe a script."""

from __future__ import annotations

from funscribe.cli.script.arguments import AsJson, ScriptFile


def stats(file: ScriptFile, json: AsJson = False) -> None:
    """Print figures that describe a script."""
    from dataclasses import asdict

    from funscribe.cli.report import print_figures, print_json
    from funscribe.script import read_script, script_stats

    figures = asdict(script_stats(read_script(file)))
    if json:
        print_json({"file": str(file), **figures})
        return
    rows = (
        ("actions", "{}", ""),
        ("duration_s", "{:.1f}", "s, from the first to the last action"),
        ("active_s", "{:.1f}", "s at 5 units/s and more"),
        ("idle_percent", "{:.1f}", "% of the duration that is not active"),
        ("strokes", "{:g}", "there and back, at least 15 units deep"),
        ("strokes_per_min", "{:.1f}", "per minute of active time"),
        ("mean_speed", "{:.0f}", "units/s, way ÷ active time"),
        ("mean_segment_speed", "{:.0f}", "units/s, mean of the active segments"),
        ("median_speed", "{:.0f}", "units/s, of the active segments"),
        ("p95_speed", "{:.0f}", "units/s, of the active segments"),
        ("max_speed", "{:.0f}", "units/s"),
        ("min_interval_ms", "{}", "ms between two actions"),
        ("lowest", "{}", "lowest position"),
        ("highest", "{}", "highest position"),
    )
    print_figures([(name, figures[name], form, note) for name, form, note in rows])
