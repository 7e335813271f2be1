"""What the parts of the work cost, each by itself, so that what they cost together can be computed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from blank import blank
from clips import clip_1080p
from funscribe import Recipe, compose, generate
from funscribe.bench.tables import Table, untargeted
from funscribe.jobs.engines.helper import reach
from funscribe.pipeline.watching import watch_with_store
from funscribe.trace import Part, TraceStore
from funscribe.video import VideoOptions
from funscribe.video.segments import plan_segments
from results import Group
from scaling_page import PARTS, SEGMENT_S
from setting import Setting
from speed import HOUR_FRAMES, lengthen

_SHORT_S = 2.0
_HOUR_S = 3600.0
_CPUS = 2


def scaling(setting: Setting) -> Group:
    """What watching, planning, keeping, composing and Ray cost, for one core and for two."""
    clip = setting.clip or clip_1080p(setting.work, setting.data, setting.pick(60, 6))
    rounds = setting.pick(5, 1)
    values: dict[str, list[float]] = {key: [] for key in PARTS}
    with tempfile.TemporaryDirectory(prefix="funscribe-scaling-") as name, _own_cache(Path(name, "cache")):
        for _ in range(rounds):  # in turns, so that noise meets all
            _measure_watching(str(clip), values)
            _measure_job(str(clip), setting, values)
        for _ in range(setting.pick(3, 1)):
            _measure_ray(setting.pick(200, 20), values)
    lines = tuple(untargeted(what, median(values[key]), form) for key, (what, form) in PARTS.items())
    spread = tuple(
        (PARTS[key][0], *(round(value, 3) for value in (median(found), min(found), max(found))))
        for key, found in values.items()
    )
    return Group(
        how=f"Each part by itself on {clip.name}, {rounds} times in turns, Ray three times. Watching: one "
        "process with one decoder thread, then two of them at the same time, each watching the whole clip. A "
        f"segment: what segments of {_SHORT_S:g} s cost more than those of {SEGMENT_S:g} s, each of them, "
        "without planning and keeping. A job: `generate` of a video that was watched before, without its "
        "composing. Composing: as for the row `compose`. Ray: a cluster of this machine with two CPUs, and "
        "tasks that do nothing but return as many bytes as a segment.",
        lines=lines,
        details=(Table("Median, least and most", ("", "median", "least", "most"), spread),),
    )


def _measure_watching(clip: str, values: dict[str, list[float]]) -> None:
    one, frames = _watch_apart(clip, 1, SEGMENT_S)
    two, _ = _watch_apart(clip, 2, SEGMENT_S)
    many, _ = _watch_apart(clip, 1, _SHORT_S)
    values["one_fps"].append(frames / one)
    values["two_fps"].append(2 * frames / two)
    began = time.perf_counter()
    count = len(plan_segments(clip, VideoOptions(segment_s=_SHORT_S)))
    plan_s = (time.perf_counter() - began) / count
    more = count - len(plan_segments(clip, VideoOptions(segment_s=SEGMENT_S)))
    keep_s = _time_keeping(clip, values)
    values["plan_ms"].append(1000 * plan_s)
    values["segment_ms"].append(1000 * max(0.0, (many - one) / max(1, more) - plan_s - keep_s))


def _time_keeping(clip: str, values: dict[str, list[float]]) -> float:
    """Return how long the part of a segment takes to be read and written (s), and note how large it is."""
    recipe = Recipe(video=VideoOptions(segment_s=SEGMENT_S))
    with tempfile.TemporaryDirectory() as name, TraceStore(Path(name)) as store:
        watched = watch_with_store(clip, recipe, store)
        files = sorted(watched.folder.glob("segment-*.npz"))
        data = files[0].read_bytes()
        began = time.perf_counter()
        store.write_part(watched.folder.name, 99, Part.decode(data, ""))
        keep_s = time.perf_counter() - began
        size = sum(file.stat().st_size for file in files)
        values["trace_mb"].append(size / 1e6 / float(watched.trace.time_s[-1]) * _HOUR_S)
    values["keep_ms"].append(1000 * keep_s)
    return keep_s


def _measure_job(clip: str, setting: Setting, values: dict[str, list[float]]) -> None:
    recipe = Recipe(video=VideoOptions(segment_s=SEGMENT_S))
    trace = generate(clip, recipe).trace
    whole_s, composed_s = _time(lambda: generate(clip, recipe)), _time(lambda: compose(trace, recipe))
    values["job_ms"].append(1000 * max(0.0, whole_s - composed_s))
    frames = setting.pick(HOUR_FRAMES, HOUR_FRAMES // 20)
    long = lengthen(trace, frames)
    values["compose_s"].append(_time(lambda: compose(long)) * HOUR_FRAMES / frames)


def _measure_ray(tasks: int, values: dict[str, list[float]]) -> None:
    sizes = [round(values["trace_mb"][0] * 1e6 * SEGMENT_S / _HOUR_S)] * tasks
    began = time.perf_counter()
    with _importable(), reach(None, _CPUS) as cluster:
        ready = time.perf_counter()
        from funscribe.jobs.engines.cluster import connect, spread_over_ray  # each job loads it, too

        with connect(cluster.address):
            joined = time.perf_counter()
            spread_over_ray(blank, sizes[:4], 0, _ignore)  # the processes of the cluster begin
            warm = time.perf_counter()
            spread_over_ray(blank, sizes, 0, _ignore)
            done = time.perf_counter()
        left = time.perf_counter()
    ended = time.perf_counter()
    values["ray_start_s"].append(ready - began + ended - left)
    values["ray_job_ms"].append(1000 * (joined - ready + left - done))
    values["ray_ms"].append(1000 * (done - warm) / tasks)


def _watch_apart(clip: str, processes: int, segment_s: float) -> tuple[float, int]:
    """Return how long so many processes take that each watch a clip at the same time (s), and its frames."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context) as pool, tempfile.TemporaryDirectory() as name:
        meeting = Path(name)
        asked = [
            pool.submit(_watch, clip, segment_s, meeting, number, processes) for number in range(processes)
        ]
        took = [one.result() for one in asked]
    return max(seconds for seconds, _ in took), took[0][1]


def _watch(clip: str, segment_s: float, meeting: Path, number: int, processes: int) -> tuple[float, int]:
    recipe = Recipe(video=VideoOptions(segment_s=segment_s))
    with TraceStore(meeting / f"store-{number}") as store:
        (meeting / f"{number}.here").touch()
        while len(list(meeting.glob("*.here"))) < processes:
            time.sleep(0.01)
        began = time.perf_counter()
        watched = watch_with_store(clip, recipe, store, lambda: 1)
        return time.perf_counter() - began, len(watched.trace)


@contextmanager
def _own_cache(folder: Path) -> Iterator[None]:
    before = os.environ.get("FUNSCRIBE_CACHE_DIR")
    os.environ["FUNSCRIBE_CACHE_DIR"] = str(folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop("FUNSCRIBE_CACHE_DIR")
        if before is not None:
            os.environ["FUNSCRIBE_CACHE_DIR"] = before


@contextmanager
def _importable() -> Iterator[None]:
    """Let the processes of a cluster find the modules of this folder."""
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parent), before]))
    try:
        yield
    finally:
        os.environ["PYTHONPATH"] = before


def _time(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _ignore(said: object) -> None:
    pass
