"""The summary of a benchmark against its targets, and the tables of its single clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import TYPE_CHECKING

import numpy as np

from funscribe.bench.clips import EXERCISE, JUMPROPE, QUVA
from funscribe.bench.scores import CountScore, SceneScore, TrackScore, Window
from funscribe.bench.tables import Line, Table, at_least, at_most, untargeted
from funscribe.evaluate import pearson, rank_correlation

if TYPE_CHECKING:
    from funscribe.bench.fidelity import Report

RESTING = ("pauses", "still")
# Slow lifts with long rests, in which what counts as a cycle is a matter of opinion.
BAR_LIFTS = ("028_bar_lift", "030_bar_lift", "032_bar_lift")


def summary(report: Report) -> tuple[Line, ...]:
    """The lines of what was measured, each with its target."""
    return (
        *_scene_lines(report.scenes),
        *_count_lines(report.counts),
        *(at_least(f"{track.name}, r", 0.99, track.r, "{:.3f}") for track in report.tracks),
        *_confidence_lines(report),
    )


def clip_tables(report: Report) -> tuple[Table, ...]:
    """The figures clip by clip."""
    made = [_scene_table(report.scenes)] if report.scenes else []
    for group in (QUVA, JUMPROPE, EXERCISE):
        counted = [score for score in report.counts if score.group == group]
        made += [_count_table(group, counted)] if counted else []
    return (*made, *([_track_table(report.tracks)] if report.tracks else []))


def _scene_lines(scored: Sequence[SceneScore]) -> list[Line]:
    lines = []
    for name, form in (("r", "{:.3f}"), ("f1", "{:.3f}")):
        values = {s.name: v for s in scored if (v := getattr(s.scores, name)) is not None}
        if values:
            worst = min(values, key=lambda clip: values[clip])
            limit = {"r": 0.90, "f1": 0.92}[name]
            lines.append(at_least(f"scenes, median {name}", 0.985, median(values.values()), form))
            lines.append(at_least(f"scenes, worst {name} ({worst})", limit, values[worst], form))
    signs = [s.sign_right for s in scored if s.sign_right is not None]
    if signs:
        right = f"{sum(signs)} of {len(signs)}"
        lines.append(Line("scenes with up and down, signs right", "all", right, all(signs), sum(signs)))
    rests = [s.scores.rest for s in scored if s.name in RESTING and s.scores.rest is not None]
    if rests:
        lines.append(at_most("`pauses` and `still`, larger rest (units/s)", 3, max(rests), "{:.1f}"))
    lags = [abs(s.scores.lag_ms) for s in scored if s.scores.lag_ms is not None]
    if lags:
        lines.append(at_most("scenes, largest lag (ms)", 10, max(lags), "{:.0f}"))
    depths = [s.depth_rank for s in scored if s.depth_rank is not None]
    if depths:
        lines.append(at_least("scenes, median depth rank", 0.8, median(depths), "{:.3f}"))
    return lines


def _count_lines(scored: Sequence[CountScore]) -> list[Line]:
    quva = [s for s in scored if s.group == QUVA]
    plainer = [s for s in quva if s.name not in BAR_LIFTS]
    jumps = [s for s in scored if s.group == JUMPROPE]
    lines = []
    if quva:
        share = mean(s.within_one for s in quva)
        lines.append(at_most("quva, mean count error", 0.12, mean(s.error for s in quva), "{:.3f}"))
        lines.append(at_least("quva, within one cycle", 0.85, share, "{:.1%}"))
    if plainer and len(plainer) < len(quva):
        error = mean(s.error for s in plainer)
        lines.append(at_most("quva without 028, 030, 032_bar_lift, mean count error", 0.08, error, "{:.3f}"))
    if jumps:
        lines.append(at_most("jumprope, mean count error", 0.10, mean(s.error for s in jumps), "{:.3f}"))
    return lines


def _confidence_lines(report: Report) -> list[Line]:
    windows: list[Window] = [w for scene in report.scenes for w in scene.windows]
    windows += [w for track in report.tracks for w in track.windows]
    told = pearson(np.array([w.r for w in windows]), np.array([w.confidence for w in windows]))
    lines = []
    if told is not None:
        lines.append(untargeted("confidence and local r of passages, correlation", told, "{:+.2f}"))
    ranked = rank_correlation([s.confidence for s in report.counts], [s.error for s in report.counts])
    if ranked is not None:
        lines.append(untargeted("confidence and count error of clips, rank correlation", ranked, "{:+.2f}"))
    return lines


def _scene_table(scored: Iterable[SceneScore]) -> Table:
    rows = []
    for score in scored:
        s = score.scores
        sign = None if score.sign_right is None else "right" if score.sign_right else "wrong"
        rows.append(
            (
                score.name, _round(s.r, 3), _round(score.worst_local_r, 3), _round(s.f1, 3),
                _round(s.t_ms, 1), s.lag_ms, sign, _round(s.rest, 1), _round(score.depth_rank, 2),
                s.cycles_script, s.cycles_truth, _round(score.confidence, 2),
            )
        )  # fmt: skip
    columns = (
        "scene",
        "r",
        "worst local r",
        "f1",
        "t_ms",
        "lag",
        "sign",
        "rest",
        "depth rank",
        "cycles",
        "true",
    )
    return Table("Synthetic scenes", (*columns, "confidence"), tuple(rows))


def _count_table(group: str, scored: Iterable[CountScore]) -> Table:
    rows = tuple(
        (
            s.name,
            s.found,
            s.true,
            _round(s.error, 3),
            "yes" if s.within_one else "no",
            _round(s.confidence, 2),
        )
        for s in scored
    )
    return Table(group, ("clip", "cycles", "true", "error", "within one", "confidence"), rows)


def _track_table(scored: Iterable[TrackScore]) -> Table:
    rows = []
    for score in scored:
        s = score.scores
        rows.append(
            (
                score.name, _round(score.r, 4), _round(score.r_aligned, 4), s.lag_ms,
                _round(score.worst_local_r, 3), _round(s.f1, 3), _round(s.t_ms, 1),
                _round(score.confidence, 2),
            )
        )  # fmt: skip
    columns = ("clip", "r", "r, lag taken out", "lag", "worst local r", "f1", "t_ms", "confidence")
    return Table("pendulum", columns, tuple(rows))


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
