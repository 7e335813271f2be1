"""The process that measures one case: a script that is run by its path, with any revision of the package.

    python -P probe.py CASE SETTINGS        SETTINGS is a JSON object

It prints a line of JSON when it is ready (`{"ready": {...}, "package": "..."}`, or `{"why_not": "..."}`). For
each line `go` that it reads it does one unit of work and prints what that took; at the end of its input it
prints its peak memory.

Nothing of `funscribe.bench` is imported: the package that is measured may be an older one. What such a one
does not have is told as the reason why it was not measured.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

PLANT_VARIABLE = "FUNSCRIBE_BENCH_PLANT"
"""By which part each unit is made longer, such as 0.15: only the self-test of comparisons sets it."""

Unit = Callable[[], float]  # does the work and returns how much that was
_RATE_HZ = 30.0
_DRAWN_FRAMES = 2700
_NOT_THERE = (ImportError, AttributeError, TypeError, ValueError, LookupError, OSError, RuntimeError)


def decode(clip: str, threads: int = 0, frames: int = 150) -> Unit:
    """Frames of a video, their luma taken."""
    from funscribe.video import VideoOptions, open_source

    def unit() -> float:
        source = open_source(clip, VideoOptions(), threads=threads)
        try:
            return sum(1 for frame in itertools.islice(source, frames) if frame.luma().size)
        finally:
            source.close()

    return unit


def watch(clip: str, threads: int = 1, frames: int = 120, deblock: int = 0) -> Unit:
    """Frames of a video become rows of a trace, in this process."""
    from funscribe.field import FieldOptions
    from funscribe.pipeline.segment import measure
    from funscribe.video import VideoOptions, open_source

    def unit() -> float:
        source = open_source(clip, VideoOptions(skip_loop_filter=not deblock), threads=threads)
        try:
            shown = itertools.islice(source, frames)
            return len(measure(shown, source.info, FieldOptions(), lambda seen: None).time_s)
        finally:
            source.close()

    return unit


def field(clip: str, frames: int = 60) -> Unit:
    """The motion field of pictures that are in memory."""
    from funscribe.field import FieldOptions
    from funscribe.field.flow import FlowMeter
    from funscribe.video import VideoOptions, open_source

    source = open_source(clip, VideoOptions(), threads=1)
    info = source.info
    shown = [(frame.luma().copy(), frame.time_s) for frame in itertools.islice(source, frames)]
    source.close()

    def unit() -> float:
        meter = FlowMeter(FieldOptions(), info.size_wh, info.rotation, info.luma_bits)
        for luma, time_s in shown:
            meter.step(luma, time_s)
        return len(shown)

    return unit


def compose(frames: int = 2700) -> Unit:
    """A script of a trace of so many frames: a thing that slides, over and over, never quite the same."""
    import numpy as np

    from funscribe import compose as make
    from funscribe.testing.fields import moving, seconds, trace_of, wave

    time_s = seconds(min(frames, _DRAWN_FRAMES) / _RATE_HZ)
    drawn = moving(time_s, y=0.1 * wave(1.1, time_s)).astype(np.float16)
    which, frame = np.divmod(np.arange(frames), len(drawn))
    gain = np.random.default_rng(0).uniform(0.5, 1.0, which[-1] + 1).astype(np.float16)
    trace = trace_of(drawn[frame] * gain[which, None, None, None])

    def unit() -> float:
        make(trace)
        return frames / _RATE_HZ / 3600

    return unit


def track(tracker: str, objects: int = 10, frames: int = 400) -> Unit:
    """Boxes that walk about are followed, one in twenty not found."""
    import numpy as np

    from funscribe import Detections
    from funscribe.track import TrackOptions, open_tracker

    rng = np.random.default_rng(0)
    start, speed = rng.uniform([100, 100], [1800, 980], (objects, 2)), rng.normal(0, 60, (objects, 2))
    half = rng.uniform(20, 60, (objects, 2))
    found = []
    for index in range(1, frames + 1):
        centre = np.abs((start + speed * index / _RATE_HZ) % [3840, 2160] - [1920, 1080])
        boxes = np.hstack([centre - half, centre + half]) + rng.normal(0, 1, (objects, 4))
        kept = rng.uniform(size=objects) >= 0.05
        score, class_id = rng.uniform(0.5, 0.95, objects)[kept], np.zeros(int(kept.sum()))
        found.append((index / _RATE_HZ, Detections(boxes[kept], score, class_id)))

    options = TrackOptions(tracker=tracker)
    open_tracker(options, (1920, 1080))  # a tracker that is not there is told before the first unit

    def unit() -> float:
        following = open_tracker(options, (1920, 1080))
        for time_s, seen in found:
            following.update(time_s, seen)
        return frames

    return unit


def infer(
    model: str, clip: str, engine: str = "auto", precision: str = "auto", batch: int = 0, looks: int = 8
) -> tuple[Unit, dict[str, str]]:
    """Pictures are looked at by a model: laying in, the engine, the head and the choice among boxes."""
    from funscribe.detect import DetectOptions, open_detector
    from funscribe.video import VideoOptions, open_source

    options = DetectOptions(engine=engine, precision=precision, batch=batch)  # type: ignore[arg-type]
    detector = open_detector(model, options)
    source = open_source(clip, VideoOptions(), threads=1)
    wanted = detector.wanted_size(source.info.size_wh)
    shown = [frame.rgb(wanted) for frame in itertools.islice(source, looks)]
    size_wh = source.info.size_wh
    source.close()

    def unit() -> float:
        detector.detect(shown, size_wh)
        return len(shown)

    unit()  # an engine may know only after the first pictures what it runs in
    ran = {"engine": detector.engine, "device": detector.device, "precision": detector.precision}
    return unit, ran


def start() -> Unit:
    """The whole process of `funscribe --help`, the interpreter's start included."""
    return lambda: _command("--help")


def whole(clip: str, workers: int = 0, threads: int = 0, model: str = "") -> Unit:
    """The whole process of `funscribe generate` on a clip of which no trace is kept."""

    def unit() -> float:
        with tempfile.TemporaryDirectory(prefix="funscribe-bench-") as folder:
            words = ["generate", clip, "-o", folder, "--json", "--overwrite"]
            words += ["--workers", str(workers)] if workers else []
            words += ["--threads", str(threads)] if threads else []
            words += ["--model", model] if model else []
            _command(*words, FUNSCRIBE_CACHE_DIR=str(Path(folder, "cache")))
        return 1

    return unit


def _command(*words: str, **environment: str) -> float:
    program = [sys.executable, "-P", "-c", "from funscribe.cli.main import run; run()", *words]
    ran = subprocess.run(
        program,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr.decode(errors="replace").strip()[-300:] or f"status {ran.returncode}")
    return 1


WORKS: dict[str, Callable[..., Any]] = {
    work.__name__: work for work in (decode, watch, field, compose, track, infer, start, whole)
}


def _package() -> str:
    """Folder of the package that is measured, so that no other one is by mistake."""
    import funscribe

    return str(Path(str(funscribe.__file__)).parent)


if sys.platform == "win32":  # only the time of this process and no memory is known there

    def cpu_s() -> float:
        """Time of all cores that this process has used (s)."""
        return time.process_time()

    def peak_mb(children: bool) -> float | None:
        """None, for it is not known."""
        return None

else:
    import resource

    _PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere

    def cpu_s() -> float:
        """Time of all cores that this process and its ended children have used (s)."""
        each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(used.ru_utime + used.ru_stime for used in each)

    def peak_mb(children: bool) -> float | None:
        """Largest memory of this process so far, or of one of its children (MB)."""
        if not children and sys.platform == "linux":
            # What getrusage says began with the memory of the process that started this one.
            status = Path("/proc/self/status").read_text(encoding="utf-8")
            return next(int(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if "VmHWM" in line)
        used = resource.getrusage(resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF)
        return used.ru_maxrss * _PEAK_UNIT / 1e6


def timed(unit: Unit, plant: float = 0.0) -> dict[str, float]:
    """Do one unit of work; return what it took, and how much it was."""
    gc.collect()
    wall, cpu = time.perf_counter(), cpu_s()
    work = unit()
    if plant:
        # Of one thread, as if the work itself had grown: a processor that is busy makes it wait as well.
        more = plant * min(cpu_s() - cpu, time.perf_counter() - wall)
        ends = time.process_time() + more
        while time.process_time() < ends:
            pass
    return {"wall_s": time.perf_counter() - wall, "cpu_s": cpu_s() - cpu, "work": work}


def serve(case: str, settings: dict[str, Any], source: TextIO, say: Callable[[dict[str, Any]], None]) -> None:
    """Get a case ready, and do a unit of it for each line `go`."""
    try:
        made = WORKS[case](**settings)
    except _NOT_THERE as error:
        say({"why_not": " ".join(str(error).split()) or type(error).__name__})
        return
    unit, told = made if isinstance(made, tuple) else (made, {})
    say({"ready": told, "package": _package()})
    plant = float(os.environ.get(PLANT_VARIABLE) or 0)
    for line in source:
        if line.strip() != "go":
            break
        try:
            say(timed(unit, plant))
        except _NOT_THERE as error:
            say({"why_not": " ".join(str(error).split()) or type(error).__name__})
            return
    say({"peak_mb": peak_mb(children=case in ("start", "whole"))})


def main(words: list[str]) -> int:
    """Measure one case; the real output is ours alone, for a library may print as well."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(value: dict[str, Any]) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    serve(words[0], json.loads(words[1]), sys.stdin, say)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
