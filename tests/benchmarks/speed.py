"""How fast: the whole run against a plain decode, composing an hour, starting up."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from clips import clip_1080p
from funscribe import Recipe, Trace, compose
from funscribe.bench import watch_kept
from funscribe.bench.tables import Table, at_least, at_most
from measure import FUNSCRIBE, Taken, run, run_generate
from results import Group
from setting import Setting

HOUR_FRAMES = 108_000
_RATE_HZ = 30.0


def whole_run(setting: Setting) -> Group:
    """The time of `ffmpeg -f null` over that of `funscribe generate`, in turns so that noise meets both."""
    clip = setting.clip or clip_1080p(setting.work, setting.data, setting.pick(60, 6))
    ffmpeg = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(clip), "-f", "null", "-"]
    run(ffmpeg)  # the file is in the system's memory from here on, for both
    pairs = [(run(ffmpeg), run_generate(clip)) for _ in range(setting.pick(7, 1))]
    plain, ours = zip(*pairs, strict=True)
    ratios = sorted(a.wall_s / b.wall_s for a, b in pairs)
    ratio = median(t.wall_s for t in plain) / median(t.wall_s for t in ours)
    line = at_least("whole run, 60 s of 1080p H.264: time of ffmpeg ÷ time of ours", 0.9, ratio, "{:.2f}")
    return Group(
        how=f"`funscribe generate` with default options and an empty cache, start-up included, in turns with "
        f"`ffmpeg -i X -f null -`, {len(pairs)} times each on {clip.name}; the ratio of the medians. "
        f"The ratio of a single pair was {ratios[0]:.2f} to {ratios[-1]:.2f}.",
        lines=(line,),
        details=(
            Table(
                "Seconds",
                ("", "median", "least", "most", "CPU, median"),
                (_spread("ffmpeg", plain), _spread("funscribe", ours)),
            ),
        ),
    )


def with_model(setting: Setting) -> Group:
    """The speed of `funscribe generate` with a model at 10 Hz over its speed without, in turns."""
    clip = setting.clip or clip_1080p(setting.work, setting.data, setting.pick(60, 6))
    path = setting.data / "models" / "yolo11n_int8_achmad.onnx"
    if not path.is_file():
        raise RuntimeError(f"{path} is missing")
    model = ["--model", str(path)]
    kept = setting.work / "compiled"
    shutil.rmtree(kept, ignore_errors=True)
    first = run_generate(clip, *model, compiled=kept)  # the model is compiled once, for all later runs
    pairs = [
        (run_generate(clip), run_generate(clip, *model, compiled=kept)) for _ in range(setting.pick(5, 1))
    ]
    plain, looking = zip(*pairs, strict=True)
    ratios = sorted(a.wall_s / b.wall_s for a, b in pairs)
    ratio = median(t.wall_s for t in plain) / median(t.wall_s for t in looking)
    said = json.loads(looking[0].stdout)
    return Group(
        how=f"`funscribe generate` of {clip.name} ({said['frames']} frames of 1080p), `--model {path.name}` "
        f"at 10 Hz and without, in turns, {len(pairs)} times each, no trace kept, default options else; the "
        f"ratio of the medians. The model was compiled by a run before, which took {first.wall_s:.1f} s. It "
        f"ran in {said['precision']} on {said['device']} ({said['engine']}) and followed {said['tracks']} "
        f"tracks. The ratio of a single pair was {ratios[0]:.2f} to {ratios[-1]:.2f}.",
        lines=(at_least("whole run, 1080p: frames/s with a model ÷ without", 0.6, ratio, "{:.2f}"),),
        details=(
            Table(
                "Seconds",
                ("", "median", "least", "most", "CPU, median"),
                (_spread("without a model", plain), _spread("with yolo11n_int8 at 10 Hz", looking)),
            ),
        ),
    )


def _spread(name: str, runs: Sequence[Taken]) -> tuple[str | float, ...]:
    wall = [taken.wall_s for taken in runs]
    cpu = median(taken.cpu_s for taken in runs)
    return (name, *(round(s, 2) for s in (median(wall), min(wall), max(wall), cpu)))


def compose_hour(setting: Setting) -> Group:
    """The time of `compose` on a trace of an hour."""
    clip = setting.clip or clip_1080p(setting.work, setting.data, setting.pick(60, 6))
    count = setting.pick(HOUR_FRAMES, HOUR_FRAMES // 20)
    trace = lengthen(watch_kept(setting.work, clip, Recipe()), count)
    times = [_time_compose(trace) for _ in range(setting.pick(5, 1))]
    return Group(
        how=f"`compose` of {count} frames ({count / _RATE_HZ / 60:.0f} min at {_RATE_HZ:g} Hz): the trace of "
        f"{clip.name} over and over, each time by another factor and with noise of its own; median of "
        f"{len(times)}, the first {times[0]:.2f} s, from {min(times):.2f} s to {max(times):.2f} s.",
        lines=(at_most("`compose` of a one-hour trace", 3, median(times), "{:.2f} s"),),
    )


def lengthen(trace: Trace, count: int, seed: int = 0) -> Trace:
    """Return a trace of `count` frames: the given one over and over, never quite the same."""
    rng = np.random.default_rng(seed)
    which, frame = np.divmod(np.arange(count), len(trace))
    gain = rng.uniform(0.5, 1.0, which[-1] + 1).astype(np.float16)
    field = trace.field[frame] * gain[which, None, None, None]
    field += rng.normal(0, 0.005, (len(trace), *field.shape[1:])).astype(np.float16)[rng.permutation(frame)]
    return replace(trace, time_s=np.arange(count) / _RATE_HZ, field=field, cut=trace.cut[frame])


def _time_compose(trace: Trace) -> float:
    began = time.perf_counter()
    compose(trace)
    return time.perf_counter() - began


def start_up(setting: Setting) -> Group:
    """The time of whole processes that import the package and that print the help."""
    rounds = setting.pick(9, 3)
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import funscribe": [sys.executable, "-c", "import funscribe"],
        "funscribe --help": [FUNSCRIBE, "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(run(command).wall_s * 1000)
    rows = [
        (name, round(median(found), 1), round(min(found), 1), round(max(found), 1))
        for name, found in times.items()
    ]
    return Group(
        how=f"Whole processes, the interpreter's own start included, {rounds} times in turns; the median.",
        lines=(
            at_most("`import funscribe`", 150, rows[1][1], "{:.0f} ms"),
            at_most("`funscribe --help`", 400, rows[2][1], "{:.0f} ms"),
        ),
        details=(Table("Milliseconds", ("", "median", "least", "most"), tuple(rows)),),
    )
