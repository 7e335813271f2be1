"""Sampled values of a run: frames per second, time left, memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_MB = 1e6


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
    """

    def __init__(
        self,
        duration_s: float | None,
        tell: Callable[[Progress], None] | None = None,
        *,
        done_s: float = 0.0,
        interval_s: float = 0.25,
    ) -> None:
        self._duration_s = duration_s
        self._tell = tell
        self._done_s = done_s
        self._interval_s = interval_s
        self._began = time.perf_counter()
        self._next = 0.0
        self.frames = 0
        self.peak_rss_mb = 0.0
        self._watched_s = 0.0

    def add(self, frames: int, watched_s: float) -> None:
        """Count frames that are done, and the seconds of video they span."""
        self.frames += frames
        self._watched_s += watched_s
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + self._interval_s
            self.sample()

    def sample(self) -> None:
        """Measure memory now, and tell."""
        rss_mb = memory_mb()
        self.peak_rss_mb = max(self.peak_rss_mb, rss_mb)
        if self._tell is None:
            return
        elapsed = max(time.perf_counter() - self._began, 1e-6)
        speed = self._watched_s / elapsed
        fraction, eta_s = 0.0, None
        if self._duration_s:
            fraction = min(1.0, (self._done_s + self._watched_s) / self._duration_s)
            left = max(0.0, self._duration_s - self._done_s - self._watched_s)
            eta_s = left / speed if speed > 0 else None
        self._tell(Progress(fraction, self.frames, self.frames / elapsed, speed, eta_s, rss_mb))


def memory_mb() -> float:
    """Return the resident memory of this process and its children now (MB)."""
    import psutil

    this = psutil.Process()
    total = this.memory_info().rss
    for child in this.children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.Error:
            continue  # it ended meanwhile
    return float(total / _MB)
