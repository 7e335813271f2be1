"""How long filters take on a long script."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from funscribe.bench.tables import Table, at_most
from funscribe.records import Script
from funscribe.script.filters import Step, filter_names, parse
from results import Group
from setting import Setting

HOUR_MS = 3_600_000
ACTIONS = 20_000
# What is chosen by an option costs as much as a filter of its own.
OTHER_WAYS = (
    "simplify(method=rdp)", "simplify(keep_turns=no)", "simplify(method=rdp, keep_turns=no)",
    "visvalingam(keep_turns=no)", "limit_speed(by=strokes)", "limit_speed(by=time)",
    "limit_speed(max_speed=100)", "limit_acceleration(max_acceleration=1000)", "low_pass(cutoff_hz=0.5)",
    "snap(bpm=120)", "repeat(end_s=60, until_s=3600)", "resample(shape=cosine)",
)  # fmt: skip


def filters(setting: Setting) -> Group:
    """The time of each filter on scripts of an hour."""
    count = setting.pick(ACTIONS, ACTIONS // 20)
    scripts = {"strokes": _strokes(count), "frames": _frames(count), "zig-zag": _zigzag(count)}
    steps = [parse(text) for text in (*filter_names(), *OTHER_WAYS)]
    taken = _measure(steps, scripts, setting.pick(7, 1))
    worst = {text: max(times) for text, times in taken.items()}
    auto = worst.pop("autotune")
    slowest = max(worst, key=lambda text: worst[text])
    rows = tuple((text, *(round(ms, 1) for ms in times)) for text, times in taken.items())
    return Group(
        how=f"Each filter on three scripts of {count} actions in an hour: strokes at random times with noise "
        "and rests, a smooth curve at even times, and straight strokes of full depth; the median of "
        f"{setting.pick(7, 1)} runs in turns, of the script that takes longest.",
        lines=(
            at_most(f"the slowest filter ({slowest}), {count} actions", 100, worst[slowest], "{:.0f} ms"),
            at_most(f"`autotune`, {count} actions", 300, auto, "{:.0f} ms"),
        ),
        details=(Table("Milliseconds", ("", *scripts), rows),),
    )


def _measure(steps: list[Step], scripts: dict[str, Script], rounds: int) -> dict[str, list[float]]:
    """Median time of each step on each script (ms)."""
    taken: dict[tuple[str, str], list[float]] = {}
    for turn in range(rounds + 1):
        for step in steps:
            for name, script in scripts.items():
                began = time.perf_counter()
                step(script)
                elapsed = (time.perf_counter() - began) * 1000
                if turn:  # in the first one, modules are loaded
                    taken.setdefault((str(step), name), []).append(elapsed)
    return {str(step): [median(taken[str(step), name]) for name in scripts] for step in steps}


def _strokes(count: int) -> Script:
    rng = np.random.default_rng(7)
    at_ms = np.sort(rng.choice(HOUR_MS, count, replace=False))
    curve = 50 + 45 * np.sin(2 * np.pi * 1.3 * at_ms / 1000) + rng.normal(0, 3, count)
    return _script(at_ms, np.where(at_ms % 60_000 < 10_000, 50, curve))


def _frames(count: int) -> Script:
    at_ms = np.arange(count) * (HOUR_MS // count)
    return _script(at_ms, 50 + 45 * np.sin(2 * np.pi * 0.5 * at_ms / 1000))


def _zigzag(count: int) -> Script:
    return _script(np.arange(count) * (HOUR_MS // count), np.where(np.arange(count) % 2, 100.0, 0.0))


def _script(at_ms: np.ndarray, pos: np.ndarray) -> Script:
    return Script(at_ms, np.clip(np.rint(pos), 0, 100))
