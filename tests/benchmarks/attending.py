"""The line on distractors: scenes in which other things move more, with and without a model."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from statistics import median

import numpy as np

from funscribe.bench.kept import code_digest, make_folder, watch_kept
from funscribe.bench.tables import Line, Table, at_least, untargeted
from funscribe.evaluate import Fidelity, Truth, evaluate
from funscribe.pipeline import compose
from funscribe.recipe import Recipe, change
from funscribe.records import Trace
from funscribe.testing import CROWDS, Faults, Scene, find, render
from results import Group
from setting import Setting

_QUICK = ("crowd", "two")
_SEEDS = 4
_TRACKERS = ("hybrid", "bytetrack")


def distractors(setting: Setting) -> Group:
    """Scenes in which other things move more than what is meant."""
    names = _QUICK if setting.quick else tuple(CROWDS)
    seeds = setting.pick(_SEEDS, 1)
    rows, with_model, without = [], [], []
    for name in names:
        scene = CROWDS[name]
        trace = _watched(setting.work, scene)
        plain = _r(scene, trace, Recipe())
        each = {
            tracker: [_r(scene, _detected(scene, trace, seed), _roles(tracker)) for seed in range(seeds)]
            for tracker in _TRACKERS
        }
        seen = each[_TRACKERS[0]]
        unnamed = _r(scene, _detected(scene, trace, 0), Recipe())
        without.append(plain)
        with_model += seen
        rows.append(
            (name, plain, unnamed, *(part for t in _TRACKERS for part in (median(each[t]), min(each[t]))))
        )
    columns = ("scene", "without a model", "without roles")
    columns += tuple(f"{tracker}, {what}" for tracker in _TRACKERS for what in ("median", "worst"))
    return Group(
        how=_how(len(names), seeds),
        lines=_lines(with_model, without),
        details=(Table("r of the scenes", columns, tuple(tuple(_brief(v) for v in row) for row in rows)),),
    )


def _lines(with_model: list[float], without: list[float]) -> tuple[Line, ...]:
    what = "scenes with distractors, contact and anchor from boxes with noise"
    return (
        at_least(f"{what}, median r", 0.97, median(with_model), "{:.3f}"),
        untargeted(f"{what}, worst r", min(with_model), "{:.3f}"),
        untargeted("the same scenes without a model, median r", median(without), "{:.3f}"),
        untargeted("the same scenes without a model, worst r", min(without), "{:.3f}"),
    )


def _how(scenes: int, seeds: int) -> str:
    faults = Faults()
    return (
        f"{scenes} synthetic scenes, {seeds} times each. Their true boxes are found {faults.rate_hz:g} times "
        f"a second; each edge is off by a standard deviation of {faults.px:g} px and {faults.part:.0%} of "
        f"the side, {faults.missed:.0%} are missed, {faults.false:g} false ones come to each picture, what "
        f"is hidden to {faults.hidden:.0%} is not found. They are tracked by the default tracker, anchor and "
        "contact are named, and the script is scored as `funscribe evaluate` does."
    )


def _roles(tracker: str) -> Recipe:
    return change(Recipe(), ["motion.anchor=anchor", "motion.contacts=contact", f"track.tracker={tracker}"])


def _watched(work: Path, scene: Scene) -> Trace:
    """Return the trace of a scene; both are made once for as long as the code is the same."""
    video = make_folder(work / f"crowds-{code_digest('testing', 'video')}") / f"{scene.name}.mp4"
    if not video.with_suffix(".csv").is_file():
        render(scene, video)
    return watch_kept(work, video, Recipe())


def _detected(scene: Scene, trace: Trace, seed: int) -> Trace:
    found = find(scene, trace.time_s, Faults(seed=seed))
    return dataclasses.replace(trace, detections=found.detections)


def _r(scene: Scene, trace: Trace, recipe: Recipe) -> float:
    scores: Fidelity = evaluate(compose(trace, recipe).script, Truth(*map(np.asarray, scene.truth())))
    return scores.r or 0.0


def _brief(value: str | float) -> str | float:
    return round(value, 3) if isinstance(value, float) else value
