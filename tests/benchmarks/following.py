"""The lines on fidelity: scenes and counts, summed up."""

from __future__ import annotations

from statistics import mean, median

from fidelity import CountScore, SceneScore, score_counts, score_scenes
from funscribe.testing import SCENES
from results import Cell, Detail, Group, Line, at_least, at_most
from setting import Setting

_RESTS = ("still", "pauses")
_QUICK_SCENES = ("oblique", "pauses", "still")
_QUICK_CLIPS = ("000_rope_beach", "005_bmx")


def scenes(setting: Setting) -> Group:
    """The synthetic scenes."""
    scored = score_scenes(setting.work, _QUICK_SCENES if setting.quick else SCENES)
    r = [s.scores.r for s in scored if s.scores.r is not None]
    f1 = {s.name: s.scores.f1 for s in scored if s.scores.f1 is not None}
    worst = min(f1, key=lambda name: f1[name])
    rest = max(s.scores.rest for s in scored if s.name in _RESTS and s.scores.rest is not None)
    signed = [s.scores.sign for s in scored if s.directed and s.scores.sign is not None]
    return Group(
        how=f"`funscribe.testing` renders {len(scored)} scenes whose motion is exactly known; each is "
        "watched with default options, and the script is scored as `funscribe evaluate` does. The sign is "
        f"right in {signed.count(1)} of the {len(signed)} scenes in which up is defined.",
        lines=(
            at_least("synthetic scenes, median r", 0.97, median(r), "{:.3f}"),
            at_least("synthetic scenes, median f1", 0.97, median(f1.values()), "{:.3f}"),
            at_least(f"synthetic scenes, worst f1 ({worst})", 0.80, f1[worst], "{:.3f}"),
            at_most("`rest` in the still scene and in pauses", 10, rest, "{:.1f} units/s"),
        ),
        details=(
            Detail(
                "Scene by scene (lag and time error in ms, rest in units/s)",
                ("scene", "r", "f1", "time error", "lag", "sign", "rest", "depth rank", "cycles", "true"),
                tuple(map(_scene_row, scored)),
            ),
        ),
    )


def _scene_row(scored: SceneScore) -> tuple[Cell, ...]:
    s = scored.scores
    sign = None if s.sign is None or not scored.directed else f"{s.sign:+d}"
    rounded = (_rounded(s.r), _rounded(s.f1), _rounded(s.t_ms, 1), s.lag_ms)
    rest, depth = _rounded(s.rest, 1), _rounded(scored.depth_rank, 2)
    return (scored.name, *rounded, sign, rest, depth, s.cycles_script, s.cycles_truth)


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)


def counts(setting: Setting) -> Group:
    """The QUVA clips."""
    folder = setting.data / "quva"
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; say where the clips are with --data")
    scored = score_counts(setting.work, folder, _QUICK_CLIPS if setting.quick else None)
    within = sum(abs(s.found - s.true) <= 1 for s in scored)
    return Group(
        how=f"{len(scored)} clips of QUVA Repetition (Runia, Snoek and Smeulders, 2018), whose cycles people "
        f"counted; a script has a cycle for every two turning points at least 15 units apart. "
        f"{within} of them are within one cycle ({within / len(scored):.0%}).",
        lines=(_mean_error(scored),),
        details=(
            Detail(
                "Clip by clip",
                ("clip", "cycles found", "true", "error"),
                tuple((s.name, s.found, s.true, round(s.error, 3)) for s in scored),
            ),
        ),
    )


def _mean_error(scored: list[CountScore]) -> Line:
    what = "QUVA cycle count, mean of error ÷ truth"
    return at_most(what, 0.25, mean(s.error for s in scored), "{:.3f}")
