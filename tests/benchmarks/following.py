"""The lines on fidelity: scenes and counts, summed up."""

from __future__ import annotations

from statistics import mean, median

from funscribe.bench import CountScore, Job, Report, choose, clip_tables, find_clips, measure, report_of
from funscribe.bench.tables import Line, at_least, at_most
from funscribe.recipe import Recipe
from results import Group
from setting import Setting

_RESTS = ("still", "pauses")
_QUICK_SCENES = ("oblique", "pauses", "still")
_QUICK_CLIPS = ("000_rope_beach", "005_bmx")


def scenes(setting: Setting) -> Group:
    """The synthetic scenes."""
    report = _measure(setting, _QUICK_SCENES if setting.quick else ("scenes",))
    scored = report.scenes
    r = [s.scores.r for s in scored if s.scores.r is not None]
    f1 = {s.name: s.scores.f1 for s in scored if s.scores.f1 is not None}
    worst = min(f1, key=lambda name: f1[name])
    rest = max(s.scores.rest for s in scored if s.name in _RESTS and s.scores.rest is not None)
    signs = [s.sign_right for s in scored if s.sign_right is not None]
    return Group(
        how=f"`funscribe.testing` renders {len(scored)} scenes whose motion is exactly known; each is "
        "watched with default options, and the script is scored as `funscribe evaluate` does. The sign is "
        f"right in {sum(signs)} of the {len(signs)} scenes in which up is defined.",
        lines=(
            at_least("synthetic scenes, median r", 0.97, median(r), "{:.3f}"),
            at_least("synthetic scenes, median f1", 0.97, median(f1.values()), "{:.3f}"),
            at_least(f"synthetic scenes, worst f1 ({worst})", 0.80, f1[worst], "{:.3f}"),
            at_most("`rest` in the still scene and in pauses", 10, rest, "{:.1f} units/s"),
        ),
        details=clip_tables(report),
    )


def counts(setting: Setting) -> Group:
    """The QUVA clips."""
    folder = setting.data / "quva"
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; say where the clips are with --data")
    report = _measure(setting, _QUICK_CLIPS if setting.quick else ("quva",))
    scored = report.counts
    within = sum(s.within_one for s in scored)
    return Group(
        how=f"{len(scored)} clips of QUVA Repetition (Runia, Snoek and Smeulders, 2018), whose cycles people "
        f"counted; a script has a cycle for every two turning points at least 15 units apart. "
        f"{within} of them are within one cycle ({within / len(scored):.0%}).",
        lines=(_mean_error(scored),),
        details=clip_tables(report),
    )


def _measure(setting: Setting, names: tuple[str, ...]) -> Report:
    recipe = Recipe()
    clips = choose(find_clips(setting.data), names)
    return report_of(measure([Job(clip, setting.work, recipe, None) for clip in clips]), recipe)


def _mean_error(scored: tuple[CountScore, ...]) -> Line:
    what = "QUVA cycle count, mean of error ÷ truth"
    return at_most(what, 0.25, mean(s.error for s in scored), "{:.3f}")
