"""Carries out a queue in a process of its own, as `funscribe batch run` does, and prints figures as JSON.

    python tests/benchmarks/queue_load.py beside QUEUE FOLDER    each job in turns with a plain call
    python tests/benchmarks/queue_load.py times QUEUE WORKERS    how long all jobs took together
    python tests/benchmarks/queue_load.py memory QUEUE           memory of this process, job by job

Nothing heavy is imported: the memory of this process is that of a runner.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

from funscribe.jobs.events import Event
from funscribe.jobs.runner import RunOptions, run
from funscribe.jobs.store import JobStore

# The same work without a queue, in a process that has everything loaded and has done it before.
_PLAIN = """
import os, sys, time
os.environ["FUNSCRIBE_CACHE_DIR"] = sys.argv[1] + "/cache"
from funscribe.pipeline.delivering import deliver
from funscribe.pipeline.order import Order
for line in sys.stdin:
    video = line.strip()
    script = f"{sys.argv[1]}/{os.path.basename(video)}.funscript"
    began = time.perf_counter()
    deliver(Order(video=video, script=script), workers=1)
    print(time.perf_counter() - began, flush=True)
"""


def beside(store: JobStore, folder: Path) -> dict[str, object]:
    """Time every job of a queue, and between two jobs the same order without a queue."""
    plain = subprocess.Popen(
        [sys.executable, "-c", _PLAIN, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    pairs: list[tuple[float, float]] = []
    ready_s = time.perf_counter()

    def tell(event: Event) -> None:
        nonlocal ready_s
        if event.kind != "done":
            return
        taken_s = time.perf_counter() - ready_s
        assert plain.stdin is not None
        assert plain.stdout is not None
        plain.stdin.write(event.video + "\n")
        pairs.append((taken_s, float(plain.stdout.readline())))
        ready_s = time.perf_counter()

    report = run(store, RunOptions(workers=1, cores=1), on_event=tell)
    plain.kill()
    plain.wait()
    return {"done": report.done, "pairs": pairs}


def times(store: JobStore, workers: int) -> dict[str, object]:
    """Time a whole queue with as many cores as workers, from its first start to its last end."""
    began: list[float] = []

    def tell(event: Event) -> None:
        if event.kind == "started" and not began:
            began.append(time.perf_counter())

    report = run(store, RunOptions(workers=workers, cores=workers), on_event=tell)
    return {"done": report.done, "wall_s": time.perf_counter() - began[0]}


def memory(store: JobStore) -> dict[str, object]:
    """Note the memory of this process at the end of each job."""
    this = psutil.Process()
    kept: list[int] = []

    def tell(event: Event) -> None:
        if event.kind == "done":
            kept.append(this.memory_info().rss)

    report = run(store, RunOptions(), on_event=tell)
    heavy = sorted({"numpy", "av", "cv2", "scipy", "openvino"} & set(sys.modules))
    return {"done": report.done, "rss": kept, "heavy": heavy}


def main(what: str, queue: str, *more: str) -> None:
    """Carry out a queue and print what was found."""
    with JobStore(Path(queue)) as store:
        if what == "beside":
            found = beside(store, Path(more[0]))
        elif what == "times":
            found = times(store, int(more[0]))
        else:
            found = memory(store)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
