"""The lines on axes: scenes whose subject rolls, nears or sways beside its stroke, and others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from funscribe.bench.kept import code_digest, make_folder, watch_kept
from funscribe.bench.tables import Table, at_least, at_most, untargeted
from funscribe.evaluate import Truth, evaluate
from funscribe.pipeline import compose
from funscribe.recipe import Recipe, change
from funscribe.records import MotionSignal, Script, Trace
from funscribe.testing import CROWDS, SCENES, Scene, render
from funscribe.testing.axes import AXIS_SCENES
from results import Group
from setting import Setting

_AXES = ("roll", "surge", "sway")
_QUICK = ("stroke_roll", "stroke_sway", "stroke_alone")
_QUICK_PLAIN = ("vertical",)
_QUIET = 10
_HOW = (
    "Synthetic scenes whose subject also rolls, comes nearer or sways by curves that are known, scenes with "
    "nothing but a stroke, and scenes with distractors; watched without a model and with "
    "`motion.axes=stroke,roll,surge,sway`. r is that of `funscribe evaluate`, the range is that of the curve."
)


def axes(setting: Setting) -> Group:
    """Scenes that move along several axes."""
    rows: list[tuple[str | float | None, ...]] = []
    found: dict[str, list[float]] = {axis: [] for axis in _AXES}
    absent: list[float] = []
    for name in _QUICK if setting.quick else tuple(AXIS_SCENES):
        scene = AXIS_SCENES[name]
        row: list[str | float | None] = [name]
        for axis, (signal, script) in _axes_of(setting, scene.scene).items():
            r = _r(script, *scene.truth(axis)) if axis in scene.axes else None
            if r is None:
                absent.append(_range(signal))
            else:
                found[axis].append(r)
            row += [None if r is None else round(r, 3), round(_range(signal), 1)]
        rows.append(tuple(row))
    plain, crowds = (
        _ranges(setting, scenes, rows)
        for scenes in ((_QUICK_PLAIN, ()) if setting.quick else (tuple(SCENES), tuple(CROWDS)))
    )
    columns = ("scene", *(f"{axis}, {what}" for axis in _AXES for what in ("r", "range")))
    worst = (
        at_least(f"axes that are there, {axis}, worst r", 0.9, min(each), "{:.3f}")
        for axis, each in found.items()
        if each
    )
    loud = sum(span > _QUIET for span in crowds)
    return Group(
        how=_HOW,
        lines=(
            *worst,
            at_most("axes that are not there, largest range", _QUIET, max(absent), "{:.1f} units"),
            at_most("scenes with a stroke alone, largest range", _QUIET, max(plain), "{:.1f} units"),
            untargeted(f"of {len(crowds)} axes among distractors, those over {_QUIET} units", loud, "{:.0f}"),
        ),
        details=(Table("Axes of the scenes", columns, tuple(rows)),),
    )


def _ranges(
    setting: Setting, names: tuple[str, ...], rows: list[tuple[str | float | None, ...]]
) -> list[float]:
    """Return the ranges of axes in scenes that have none, and add the rows of these scenes."""
    spans: list[float] = []
    for name in names:
        made = _axes_of(setting, {**SCENES, **CROWDS}[name])
        own = [round(_range(signal), 1) for signal, _ in made.values()]
        rows.append((name, *(cell for span in own for cell in (None, span))))
        spans += own
    return spans


def _axes_of(setting: Setting, scene: Scene) -> Mapping[str, tuple[MotionSignal, Script]]:
    recipe = change(Recipe(), [f"motion.axes=stroke,{','.join(_AXES)}"])
    made = compose(_watched(setting, scene), recipe)
    return {signal.axis: (signal, made.script.axes[signal.axis]) for signal in made.axes}


def _watched(setting: Setting, scene: Scene) -> Trace:
    """Return the trace of a scene; both are made once for as long as the code is the same."""
    video = make_folder(setting.work / f"axes-{code_digest('testing', 'video')}") / f"{scene.name}.mp4"
    if not video.with_suffix(".csv").is_file():
        render(scene, video)
    return watch_kept(setting.work, video, Recipe())


def _r(script: Script, t_ms: object, pos: object) -> float:
    scored = evaluate(script, Truth(np.asarray(t_ms), np.asarray(pos)))
    # An axis that goes the wrong way is not found.
    return (scored.r or 0.0) * (scored.sign or 1)


def _range(signal: MotionSignal) -> float:
    return float(np.ptp(signal.position)) * 100 if len(signal) else 0.0
