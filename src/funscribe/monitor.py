"""Sampled values of a run: frames per second, time left, memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psutil

_MB = 1e6
_WALK_SHARE = 0.02  # of the time at most is spent on looking for processes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Attributes:
        fraction: Share of the video that is done, 0..1.
        frames: Frames watched so far.
        frames_per_s: Frames watched per second of this run.
        times_real_time: Seconds of video watched per second of this run.
        eta_s: Time left (s), None while it cannot be told.
        rss_mb: Memory of the run and its workers now (MB).
        segments_done: Segments of the video that are done, those of earlier runs among them.
        segments: Segments of the video; 0 while that is not known.
        gpu_mb: Memory of the GPU that the run and its workers hold now (MB), None where there is none.
    """

    fraction: float
    frames: int
    frames_per_s: float
    times_real_time: float
    eta_s: float | None
    rss_mb: float
    segments_done: int = 0
    segments: int = 0
    gpu_mb: float | None = None


class Monitor:
    """Follows one run and tells its progress at most four times a second.

    Args:
        duration_s: Length of the video (s), None where it is unknown.
        tell: Called with a `Progress`, if given.
        done_s: Length of what need not be done again (s).
        interval_s: Time between two samples at least; that of the end may come sooner (s).
    """

    def __init__(
        self,
        duration_s: float | None,
        tell: Callable[[Progress], None] | None = None,
        *,
        done_s: float = 0.0,
        interval_s: float = 0.34,
    ) -> None:
        self._duration_s = duration_s
        self._tell = tell
        self._done_s = done_s
        self._interval_s = interval_s
        self._began = time.perf_counter()
        self._next = 0.0
        self._run = Processes()
        self.frames = 0
        self.segments = 0
        self.segments_done = 0
        self.peak_rss_mb = 0.0
        self._watched_s = 0.0

    def add(self, frames: int, watched_s: float, segments: int = 0) -> None:
        """Count frames and segments that are done, and the seconds of video they span."""
        self.frames += frames
        self.segments_done += segments
        self._watched_s += watched_s
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + self._interval_s
            self.sample()

    def sample(self) -> None:
        """Measure memory now, and tell."""
        speed = self._watched_s / self._elapsed_s()
        fraction, eta_s = 0.0, None
        if self._duration_s:
            fraction = min(1.0, (self._done_s + self._watched_s) / self._duration_s)
            left = max(0.0, self._duration_s - self._done_s - self._watched_s)
            eta_s = left / speed if speed > 0 else None
        self._measure(fraction, eta_s)

    def finish(self) -> None:
        """Measure memory now, and tell that all is done."""
        self._measure(1.0, 0.0)

    def _elapsed_s(self) -> float:
        return max(time.perf_counter() - self._began, 1e-6)

    def _measure(self, fraction: float, eta_s: float | None) -> None:
        rss_mb = self._run.rss_mb()
        self.peak_rss_mb = max(self.peak_rss_mb, rss_mb)
        if self._tell is None:
            return
        elapsed_s = self._elapsed_s()
        self._tell(
            Progress(
                fraction=fraction,
                frames=self.frames,
                frames_per_s=self.frames / elapsed_s,
                times_real_time=self._watched_s / elapsed_s,
                eta_s=eta_s,
                rss_mb=rss_mb,
                segments_done=self.segments_done,
                segments=self.segments,
                gpu_mb=self._run.gpu_mb(),
            )
        )


class Processes:
    """This process and those that it has started: what they hold now."""

    def __init__(self) -> None:
        self._others: list[psutil.Process] = []
        self._walk_at = 0.0

    def rss_mb(self) -> float:
        """Return their resident memory (MB)."""
        import psutil

        this = psutil.Process()
        began = time.perf_counter()
        if began >= self._walk_at:
            # All processes of the system are walked through: where there are thousands, not for each sample.
            self._others = this.children(recursive=True)
            took_s = time.perf_counter() - began
            self._walk_at = began + took_s / _WALK_SHARE
        total = this.memory_info().rss
        for other in self._others:
            try:
                total += other.memory_info().rss
            except psutil.Error:
                continue  # it ended meanwhile
        return float(total / _MB)

    def gpu_mb(self) -> float | None:
        """Return their memory of all GPUs (MB), None where that cannot be told."""
        nvml = _nvml()
        if nvml is None:
            return None
        pids = {os.getpid(), *(other.pid for other in self._others)}
        try:
            devices = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
            held = {
                (at, user.pid): user.usedGpuMemory
                for at, device in enumerate(devices)
                for user in nvml.nvmlDeviceGetComputeRunningProcesses(device)
                if user.pid in pids
            }
        except nvml.NVMLError:
            return None
        known = [size for size in held.values() if size is not None]
        return sum(known) / _MB if len(known) == len(held) else None


@lru_cache(maxsize=1)
def _nvml() -> Any:
    """Return the library that knows GPUs, None where it or a GPU is missing."""
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        return pynvml if pynvml.nvmlDeviceGetCount() else None
    except pynvml.NVMLError:
        return None
