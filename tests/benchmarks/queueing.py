"""What a queue costs: to fill it, to look at it, to claim from it, and around each job."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from clips import clip_1080p
from funscribe.bench.tables import Line, Table, at_least, at_most
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order
from funscribe.testing import SCENES
from funscribe.video.writer import write_video
from results import Group
from setting import Setting

JOBS = 10_000
_LOAD = str(Path(__file__).with_name("queue_load.py"))
_RATE_HZ = 30.0
_SHORT = 180  # frames


def queue(setting: Setting) -> Group:
    """A queue of 10,000 jobs, the time around each job, two workers against one, memory of the runner."""
    with tempfile.TemporaryDirectory(prefix="funscribe-bench-") as name:
        folder = Path(name)
        added = _fill_and_claim(folder, setting.pick(5, 1))
        clips = _short_clips(setting.work / "queue", setting.pick(30, 5))
        pairs = _beside(folder / "beside", clips)
        ratios = _two_against_one(folder / "two", setting)
        kept = _memory(folder / "memory", clips[0], setting.pick(1000, 20))
    job, plain = (median(times) for times in zip(*pairs, strict=True))
    over = median(one - other for one, other in pairs)
    early, late = median(kept[len(kept) // 10 :][:20]) / 1e6, median(kept[-20:]) / 1e6
    one, two = (median(times) for times in zip(*ratios, strict=True))
    lines: tuple[Line, ...] = (
        at_most(f"{JOBS:,} orders are added", 5.0, median(added["add"]), "{:.2f} s"),
        at_most(f"first page of {JOBS:,} jobs", 100.0, 1e3 * median(added["page"]), "{:.1f} ms"),
        at_most(f"a claim among {JOBS:,} jobs", 5.0, 1e3 * median(added["claim"]), "{:.1f} ms"),
        at_most("queue's time around a job, against a plain call", 150.0, 1e3 * over, "{:.0f} ms"),
        at_least("5 clips: time of one worker ÷ time of two", 1.7, one / two, "{:.2f}"),
        at_most(f"memory of the runner after {len(kept)} jobs", 120.0, late, "{:.0f} MB"),
        at_most(f"growth of it over the last 9 in 10 of {len(kept)} jobs", 2.0, late - early, "{:.1f} MB"),
    )
    return Group(
        how=f"Medians. The time around a job: {len(pairs)} clips of {_SHORT} frames (213 x 120), one worker "
        f"with one core, from the end of the job before to its own end, so with its claim and the start of "
        f"its process; minus the same order in a process that has everything loaded, in turns: "
        f"{1e3 * job:.0f} and {1e3 * plain:.0f} ms. Two workers share two cores, one worker has one; "
        f"1080p, from the first start to the last end, in turns, {len(ratios)} times; a decoder has as many "
        f"threads as its worker has cores for each of its processes. Memory of the runner: resident, jobs "
        f"for a video that was watched before.",
        lines=lines,
        details=(
            Table(
                "Milliseconds",
                ("", "median", "least", "most"),
                (
                    *(_row(what, added[what]) for what in ("add", "page", "claim")),
                    _row("job of the queue", [pair[0] for pair in pairs]),
                    _row("the same without", [pair[1] for pair in pairs]),
                ),
            ),
            Table("Seconds for 5 clips", ("one worker", "two workers"), tuple(ratios)),
        ),
    )


def _row(what: str, times: list[float]) -> tuple[str, float, float, float]:
    least, most = min(times), max(times)
    return what, round(1e3 * median(times), 2), round(1e3 * least, 2), round(1e3 * most, 2)


def _fill_and_claim(folder: Path, rounds: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {"add": [], "page": [], "claim": []}

    def time_it(what: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        taken[what].append(time.perf_counter() - began)

    orders = [Order(video=f"/videos/{k:05d}.mp4", script=f"/videos/{k:05d}.funscript") for k in range(JOBS)]
    for k in range(rounds):
        with JobStore(folder / f"full-{k}.sqlite") as store:
            runner = store.enlist()
            time_it("add", lambda: store.add(orders))
            for _ in range(20):
                time_it("page", lambda: (store.page(limit=50), store.counts()))
                time_it("claim", partial(store.claim, runner))
    return taken


def _short_clips(folder: Path, count: int) -> list[Path]:
    """Return short clips that differ, made once."""
    paths = [folder / f"{k:02d}.mp4" for k in range(count)]
    if not all(path.is_file() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        pictures = [np.ascontiguousarray(picture[::3, ::3]) for _, picture in SCENES["vertical"].frames()]
        for k, path in enumerate(paths):
            timed = enumerate(pictures[3 * k : 3 * k + _SHORT])
            write_video(path, ((index / _RATE_HZ, picture) for index, picture in timed), _RATE_HZ, gop=30)
    return paths


@contextmanager
def _queue_of(folder: Path, orders: list[Order]) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield a queue with these orders, and the environment in which its traces are its own."""
    folder.mkdir(parents=True)
    with JobStore(folder / "queue.sqlite") as store:
        store.add(orders)
    yield folder / "queue.sqlite", {**os.environ, "FUNSCRIBE_CACHE_DIR": str(folder / "cache")}
    shutil.rmtree(folder)


def _load(environment: dict[str, str], *words: str) -> dict[str, list[float]]:
    ran = subprocess.run(
        [sys.executable, _LOAD, *words], env=environment, check=True, capture_output=True, text=True
    )
    return dict(json.loads(ran.stdout))


def _orders(clips: list[Path], folder: Path) -> list[Order]:
    return [Order(video=str(clip), script=str(folder / f"{clip.stem}.funscript")) for clip in clips]


def _beside(folder: Path, clips: list[Path]) -> list[tuple[float, float]]:
    """Return the times of each job but the first, for which everything is loaded, and of the same without."""
    with _queue_of(folder, _orders(clips, folder)) as (path, environment):
        (folder / "plain").mkdir()
        found = _load(environment, "beside", str(path), str(folder / "plain"))
    if found["done"] != len(clips):
        raise RuntimeError(f"{found['done']} of {len(clips)} jobs were done")
    return [tuple(pair) for pair in found["pairs"]][1:]  # type: ignore[misc,arg-type]


def _two_against_one(folder: Path, setting: Setting) -> list[tuple[float, float]]:
    """Return pairs of times (s), of one worker and of two, for five clips of equal length."""
    clip = setting.clip or clip_1080p(setting.work, setting.data, setting.pick(60, 6))
    folder.mkdir()
    clips = [folder / f"{k}.mp4" for k in range(5)]
    for k, path in enumerate(clips):  # a title makes each another file: what was watched would be known
        title = ["-metadata", f"title={k}"]
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(clip), "-c", "copy", *title, str(path)], check=True
        )
    pairs = []
    for k in range(setting.pick(3, 1)):
        walls = []
        for workers in (1, 2):
            home = folder / f"{k}-{workers}"
            with _queue_of(home, _orders(clips, home)) as (path, environment):
                found = _load(environment, "times", str(path), str(workers))
            if found["done"] != len(clips):
                raise RuntimeError(f"{found['done']} of {len(clips)} jobs were done")
            walls.append(float(found["wall_s"]))  # type: ignore[arg-type]
        pairs.append((round(walls[0], 2), round(walls[1], 2)))
    return pairs


def _memory(folder: Path, clip: Path, count: int) -> list[float]:
    """Return the memory of the runner after each of many jobs (bytes)."""
    orders = [Order(video=str(clip), script=str(folder / f"{k}.funscript")) for k in range(count)]
    with _queue_of(folder, orders) as (path, environment):
        found = _load(environment, "memory", str(path))
    if found["done"] != count or found["heavy"]:
        raise RuntimeError(f"{found['done']} of {count} jobs were done; loaded: {found['heavy']}")
    return found["rss"]
