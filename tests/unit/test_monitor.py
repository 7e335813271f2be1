import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from funscribe import monitor
from funscribe.monitor import Monitor, Processes, Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(monitor.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(Processes, "rss_mb", lambda self: 50.0)
    monkeypatch.setattr(Processes, "gpu_mb", lambda self: None)
    return now


def test_speed_share_and_time_left(clock: list[float]) -> None:
    told: list[Progress] = []
    watching = Monitor(60.0, told.append, done_s=20.0)
    clock[0] += 2.0
    watching.add(300, 10.0)
    assert len(told) == 1
    last = told[-1]
    assert last.fraction == pytest.approx(0.5)
    assert last.frames == 300
    assert last.frames_per_s == pytest.approx(150)
    assert last.times_real_time == pytest.approx(5)
    assert last.eta_s == pytest.approx(6)
    assert last.rss_mb == 50.0


@pytest.mark.parametrize("step_s", [0.001, 0.01, 0.1, 0.2, 0.26, 0.34])
def test_it_tells_at_most_four_times_in_any_second(clock: list[float], step_s: float) -> None:
    at: list[float] = []
    watching = Monitor(60.0, lambda now: at.append(clock[0]))
    steps = np.random.default_rng(7).uniform(0, 2 * step_s, round(6 / step_s))
    for step in steps:
        clock[0] += step
        watching.add(1, 0.03)
    watching.finish()
    assert watching.frames == len(steps)
    busiest = max(sum(start <= other < start + 1 for other in at) for start in at)
    assert busiest <= 4
    assert np.diff(at[:-1]).max() < 0.34 + 2 * step_s + 1e-9


def test_segments_are_counted_and_the_end_is_told(clock: list[float]) -> None:
    told: list[Progress] = []
    watching = Monitor(None, told.append)
    watching.segments, watching.segments_done = 5, 3
    watching.add(30, 1.0)
    clock[0] += 1
    watching.add(0, 0.0, 1)
    assert [(now.segments_done, now.segments, now.fraction) for now in told] == [(3, 5, 0), (4, 5, 0)]
    watching.finish()
    assert (told[-1].fraction, told[-1].eta_s, told[-1].frames) == (1.0, 0.0, 30)


@pytest.mark.parametrize("duration_s", [None, 0.0])
def test_an_unknown_length_has_no_time_left(clock: list[float], duration_s: float | None) -> None:
    told: list[Progress] = []
    Monitor(duration_s, told.append).add(30, 1.0)
    assert told[-1].eta_s is None
    assert told[-1].fraction == 0


def test_a_header_that_promised_too_little_stays_in_bounds(clock: list[float]) -> None:
    told: list[Progress] = []
    watching = Monitor(1.0, told.append)
    clock[0] += 1
    watching.add(90, 3.0)
    assert (told[-1].fraction, told[-1].eta_s) == (1.0, 0.0)


def test_nothing_watched_yet(clock: list[float]) -> None:
    told: list[Progress] = []
    Monitor(10.0, told.append).sample()
    assert told[-1] == Progress(0.0, 0, 0.0, 0.0, None, 50.0)


def test_the_peak_is_kept_without_anyone_listening(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = Monitor(10.0)
    for rss_mb in (10.0, 70.0, 30.0):
        monkeypatch.setattr(Processes, "rss_mb", lambda self, rss_mb=rss_mb: rss_mb)
        watching.sample()
    assert watching.peak_rss_mb == 70.0


def test_memory_is_that_of_this_process_and_those_it_started() -> None:
    import psutil

    own_mb = psutil.Process().memory_info().rss / 1e6
    run = Processes()
    alone_mb = run.rss_mb()
    assert 0.5 * own_mb < alone_mb
    code = "held = bytearray(200_000_000)\nprint('held', flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert Processes().rss_mb() > alone_mb + 150
        run._walk_at = 0.0
        assert run.rss_mb() > alone_mb + 150
        other.communicate(b"\n")
    assert run.rss_mb() < alone_mb + 150, "one that has ended holds nothing"


def test_looking_for_processes_takes_little_of_the_time(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    walks: list[float] = []
    now = [100.0]

    class Slow:
        def __init__(self) -> None:
            pass

        def children(self, recursive: bool) -> list[Any]:
            walks.append(now[0])
            now[0] += 0.02
            return []

        def memory_info(self) -> Any:
            return SimpleNamespace(rss=5e6)

    monkeypatch.setattr(monitor.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr("psutil.Process", Slow)
    run = Processes()
    for _ in range(100):
        assert run.rss_mb() == 5
        now[0] += 0.25
    assert 20 <= len(walks) <= 26, "0.02 s each in 25 s"


# --- memory of GPUs


class _Fault(Exception):
    pass


def _library(users: list[list[tuple[int, int | None]]], broken: bool = False) -> Any:
    def running(device: int) -> list[Any]:
        if broken:
            raise _Fault
        return [SimpleNamespace(pid=pid, usedGpuMemory=size) for pid, size in users[device]]

    return SimpleNamespace(
        NVMLError=_Fault,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: len(users),
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetComputeRunningProcesses=running,
    )


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(monitor.os, "getpid", lambda: 7)
    monitor._nvml.cache_clear()
    yield lambda *given, **named: monkeypatch.setitem(sys.modules, "pynvml", _library(*given, **named))
    monitor._nvml.cache_clear()


def test_memory_of_gpus_is_summed_over_the_run(library: Any) -> None:
    library([[(7, 100_000_000), (9, 5)], [(8, 20_000_000), (7, 3_000_000)]])
    run = Processes()
    run._others = [SimpleNamespace(pid=8)]  # type: ignore[list-item]
    assert run.gpu_mb() == pytest.approx(123)
    assert Processes().gpu_mb() == pytest.approx(103)


@pytest.mark.parametrize(
    ("users", "broken"), [([], False), ([[(7, 5)]], True), ([[(7, None)]], False)], ids=["none", "lost", "?"]
)
def test_no_figure_is_better_than_a_wrong_one(library: Any, users: Any, broken: bool) -> None:
    library(users, broken)
    assert Processes().gpu_mb() is None


def test_without_the_library_there_is_no_figure(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert Processes().gpu_mb() is None
