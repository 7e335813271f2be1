"""What may happen to a queue while it is carried out: processes killed at any moment, disks that fill up."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from funscribe.jobs.runner import RunOptions, run
from funscribe.jobs.store import JobStore
from funscribe.pipeline.order import Order
from funscribe.recipe import Recipe
from funscribe.video.options import VideoOptions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed in another way there")

CLIPS = 20
KILLS = 50
RECIPE = Recipe(video=VideoOptions(segment_s=2.0))
RUNNER = """
import json, sys
from pathlib import Path
from funscribe.jobs.runner import RunOptions, run
from funscribe.jobs.stopping import stop_on_signals
from funscribe.jobs.store import JobStore

with JobStore(Path(sys.argv[1])) as store, stop_on_signals() as stop:
    options = RunOptions(workers=int(sys.argv[2]), cores=2, attempts=10_000)
    told = lambda event: print(event.kind, event.job, flush=True)
    report = run(store, options, stop=stop, on_event=told)
heavy = sorted({"numpy", "av", "cv2", "scipy", "openvino"} & set(sys.modules))
kept = Path("/proc/self/status")
peak = int(kept.read_text().partition("VmHWM:")[2].split()[0]) if kept.exists() else None
print(json.dumps([report.done, report.stopped, stop.signal, heavy, peak]))
"""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Short clips of small pictures, with a keyframe each second: each is three segments."""
    from funscribe.testing import SCENES
    from funscribe.video.writer import write_video

    folder = tmp_path_factory.mktemp("clips")
    scene = replace(SCENES["vertical"], duration_s=8.0)
    pictures = [np.ascontiguousarray(picture[::3, ::3]) for _, picture in scene.frames()]
    return [
        write_video(folder / f"{k:02d}.mp4", _timed(pictures[3 * k : 3 * k + 180]), 30.0, gop=30)
        for k in range(CLIPS)
    ]


def _timed(pictures: list[np.ndarray]) -> Iterator[tuple[float, np.ndarray]]:  # type: ignore[type-arg]
    yield from ((k / 30.0, picture) for k, picture in enumerate(pictures))


@pytest.fixture(scope="module")
def long_clip(clips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Minutes of video of many segments: whatever is done to its job, it is not done before."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    command = ["ffmpeg", "-v", "error", "-stream_loop", "19", "-i", str(clips[0]), "-c", "copy", str(path)]
    try:
        subprocess.run(command, check=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("needs the ffmpeg command")
    return path


def _orders(clips: list[Path], folder: Path) -> list[Order]:
    return [
        Order(video=str(clip), script=str(folder / f"{clip.stem}.funscript"), recipe=RECIPE) for clip in clips
    ]


def _scripts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.funscript"))}


@contextmanager
def _runner(queue: Path, workers: int = 2) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", RUNNER, str(queue), str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def _jobs_of(pid: int) -> list[psutil.Process]:
    """The processes of jobs: forked by the process that the runner keeps for it, or its own children."""
    family = _family(pid)
    forked = []
    for process in family:
        with suppress(psutil.Error):
            if process.ppid() != pid and process.parent() in family:
                forked.append(process)
    return forked


def _gone(processes: list[psutil.Process], patience_s: float) -> bool:
    return psutil.wait_procs(processes, timeout=patience_s)[1] == []


def _until(what: Callable[[], object], patience_s: float = 60.0) -> None:
    until = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.01)


def _begun(process: subprocess.Popen[str], job: int = 1) -> None:
    """Wait until the runner tells that a job is far enough to have processes of its own."""
    assert process.stdout is not None
    while process.stdout.readline().split()[:2] != ["progress", str(job)]:
        assert process.poll() is None


class Campaign:
    """Kills at random moments, and what was seen of the jobs that were done by then."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.due = ["worker"] * 20 + ["runner"] * 15 + ["both"] * 15
        self.chance.shuffle(self.due)
        self.done: dict[int, tuple[object, ...]] = {}

    def strike(self, store: JobStore, runner: subprocess.Popen[str]) -> None:
        """Kill what is due: a job, the runner, or all there is at once. None of a dead runner may stay."""
        kind = self.due[-1]
        # Some runners are killed while they begin, all others while jobs are at work.
        if kind == "worker" or self.chance.random() < 0.8:
            _until(lambda: runner.poll() is not None or _jobs_of(runner.pid))
        time.sleep(self.chance.uniform(0.0, 0.6))
        family = _family(runner.pid)
        if kind == "worker":
            victims = [self.chance.choice(jobs) for jobs in [_jobs_of(runner.pid)] if jobs]
        else:
            victims = [psutil.Process(runner.pid), *(family if kind == "both" else [])]
        for victim in victims:
            with suppress(psutil.Error):
                victim.kill()
        if kind != "worker":
            runner.wait()
            assert _gone(family, 20), "processes outlive their runner"
        if victims:
            self.due.pop()
        self.look(store)

    def look(self, store: JobStore) -> None:
        """Keep what is known of jobs that are done; none may change any more."""
        for job in store.page(states=["done"], limit=1000):
            now = (job.attempt, job.began, job.ended, Path(job.order.script).stat().st_mtime_ns)
            assert self.done.setdefault(job.id, now) == now, f"job {job.id} was done again"


@pytest.mark.timeout(900)  # a minute or two; on a machine that does much else, several
def test_kills_at_random_moments_lose_nothing_and_do_nothing_twice(
    clips: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tmp_path / "undisturbed"
    with JobStore(tmp_path / "undisturbed.sqlite") as store:
        store.add(_orders(clips, expected))
        assert run(store, RunOptions(workers=2, cores=2)).done == CLIPS
    campaign, rounds = Campaign(seed=6), 0
    assert len(campaign.due) == KILLS
    while campaign.due:
        rounds += 1
        folder = tmp_path / f"round-{rounds}"
        monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(folder / "cache"))
        queue = tmp_path / f"round-{rounds}.sqlite"
        campaign.done.clear()
        with JobStore(queue) as store:
            store.add(_orders(clips, folder))
            _disturb(campaign, store, queue)
            assert {job.state for job in store.page(limit=1000)} == {"done"}
            campaign.look(store)
        assert _scripts(folder) == _scripts(expected)


def _disturb(campaign: Campaign, store: JobStore, queue: Path) -> None:
    """Carry out a queue while processes are killed."""
    while store.counts()["queued"] + store.counts()["running"]:
        with _runner(queue) as runner:
            while runner.poll() is None:
                if not campaign.due:
                    runner.communicate(timeout=120)
                    return
                campaign.strike(store, runner)


def test_workers_end_with_their_runner_and_the_next_run_goes_on_from_there(
    long_clip: Path, tmp_path: Path, own_cache: Path
) -> None:
    queue = tmp_path / "queue.sqlite"
    with JobStore(queue) as store, _runner(queue) as runner, _runner(queue) as second:
        store.add(_orders([long_clip], tmp_path))
        second.kill()
        _until(lambda: len(list(own_cache.glob("*/segment-*"))) >= 4)
        family = _family(runner.pid)
        assert len(family) >= 3  # the segments of one long video are watched side by side
        runner.kill()
        began = time.monotonic()
        assert _gone(family, 20)
        assert time.monotonic() - began < 10
        kept = {path: path.stat().st_mtime_ns for path in own_cache.glob("*/segment-*")}
        assert store.get(1).state == "running"
        with _runner(queue) as third:
            said, _ = third.communicate(timeout=200)
        assert json.loads(said.splitlines()[-1])[0] == 1
        assert store.get(1).attempt == 1
        assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_job_that_is_cancelled_elsewhere_is_dead_soon(long_clip: Path, tmp_path: Path) -> None:
    queue = tmp_path / "queue.sqlite"
    with JobStore(queue) as store:
        store.add(_orders([long_clip], tmp_path))
        with _runner(queue) as runner:
            _begun(runner)
            jobs = _jobs_of(runner.pid)
            assert jobs
            began = time.monotonic()
            store.cancel([1])
            assert _gone(jobs, 20)
            assert time.monotonic() - began < 10  # asked are two seconds; on a busy machine nothing is sure
            said, _ = runner.communicate(timeout=60)
        assert "cancelled 1" in said.splitlines()
        assert (store.get(1).state, store.get(1).attempt) == ("cancelled", 1)
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asking_a_run_to_end_puts_its_jobs_back(long_clip: Path, tmp_path: Path, number: int) -> None:
    queue = tmp_path / "queue.sqlite"
    with JobStore(queue) as store:
        store.add(_orders([long_clip], tmp_path))
        with _runner(queue) as runner:
            _begun(runner)
            family = _family(runner.pid)
            runner.send_signal(number)
            runner.send_signal(number)  # impatience must not break anything
            said, _ = runner.communicate(timeout=60)
        done, stopped, asked, heavy, peak = json.loads(said.splitlines()[-1])
        assert (runner.returncode, done, stopped, asked) == (0, 0, True, number)
        assert _gone(family, 20)
        assert (store.get(1).state, store.get(1).attempt, store.get(1).error) == ("queued", 0, "")
        assert heavy == []
        assert peak is None or peak < 120_000  # kB


def test_a_full_disk_loses_nothing(
    clips: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(small)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        monkeypatch.setenv("FUNSCRIBE_CACHE_DIR", str(small / "cache"))
        (small / "ballast").write_bytes(bytes(30_000_000))
        with JobStore(tmp_path / "queue.sqlite") as store:
            store.add(_orders(clips[:3], tmp_path))
            short = run(store, RunOptions(workers=2, cores=2))
            assert (short.done, short.waiting) == (0, 3)
            assert short.missing_bytes > 10_000_000
            assert f"{small} lacks" in short.reason
            assert {(job.state, job.attempt) for job in store.page()} == {("queued", 0)}
            (small / "ballast").unlink()
            assert run(store, RunOptions(workers=2, cores=2)).done == 3
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
