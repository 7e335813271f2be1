"""The lines on the formats of scripts and their pictures, on a script of an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from funscribe.bench.tables import Table, at_most
from funscribe.records import Script
from funscribe.script import open_script, read_script, write_heatmap, write_script
from results import Group
from setting import Setting

ACTIONS = 20_000
LOAD_MS, HEATMAP_MS = 50.0, 500.0


def formats(setting: Setting) -> Group:
    """Reading, writing and drawing a script of an hour."""
    folder = setting.work / "workshop"
    folder.mkdir(parents=True, exist_ok=True)
    script = _hour()
    tasks = _tasks(folder, script)
    # The first run loads libraries; the others take turns, so that a busy moment meets all alike.
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(setting.pick(15, 2) + 1):
        for name, task in tasks.items():
            begun = time.perf_counter()
            task()
            if turn:
                taken[name].append((time.perf_counter() - begun) * 1000)
    medians = {name: median(times) for name, times in taken.items()}
    return Group(
        how=f"A script of an hour with {ACTIONS} actions is read, written and drawn in turns, "
        f"{setting.pick(15, 2)} times each; the figures are medians. Files are in the system's cache.",
        lines=(
            at_most("load a script of 1 h, 20,000 actions", LOAD_MS, medians["read 1.0"], "{:.1f} ms"),
            at_most("draw its heatmap as PNG", HEATMAP_MS, medians["heatmap PNG"], "{:.0f} ms"),
        ),
        details=(
            Table(
                "Script of an hour",
                ("task", "median ms", "slowest ms"),
                tuple((name, round(medians[name], 1), round(max(taken[name]), 1)) for name in tasks),
            ),
        ),
    )


def _hour() -> Script:
    rng = np.random.default_rng(1)
    at_ms = np.sort(rng.choice(3_600_000, ACTIONS, replace=False))
    pos = np.where(np.arange(ACTIONS) % 2, rng.integers(60, 101, ACTIONS), rng.integers(0, 41, ACTIONS))
    return Script(at_ms, pos, {"title": "hour", "duration": 3600})


def _tasks(folder: Path, script: Script) -> dict[str, Callable[[], object]]:
    """What is measured, by name; the files that it needs are written."""
    plain, table, messy = folder / "hour.funscript", folder / "hour.csv", folder / "messy.funscript"
    axes = folder / "axes.funscript"
    write_script(plain, script)
    write_script(table, script)
    write_script(axes, replace(script, axes={"roll": script, "pitch": script}), "2.0")
    # Half of it as strings and fractions out of order, so that the slow way is taken.
    rows = [(at + 0.4 if k % 2 else f'"{at}"', pos) for k, (at, pos) in enumerate(_pairs(script))][::-1]
    said = ",".join(f'{{"at":{at},"pos":{pos}}}' for at, pos in rows)
    messy.write_text(f'{{"actions":[{said}]}}', encoding="utf-8")
    return {
        "read 1.0": partial(read_script, plain),
        "read 1.0, every action to be repaired": partial(read_script, messy),
        "read 2.0, three axes": partial(read_script, axes),
        "read CSV": partial(read_script, table),
        "read a set": partial(open_script, plain, whole_set=True),
        "write 1.0": partial(write_script, folder / "out.funscript", script),
        "heatmap PNG": partial(write_heatmap, folder / "hour.png", script),
        "heatmap SVG": partial(write_heatmap, folder / "hour.svg", script),
    }


def _pairs(script: Script) -> list[tuple[int, int]]:
    return list(zip(script.at_ms.tolist(), script.pos.tolist(), strict=True))
