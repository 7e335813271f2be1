"""What a job may take of a machine: memory, patience and room on the disk. Judgments only, no measuring."""

from __future__ import annotations

import math
from dataclasses import dataclass

from funscribe.monitor import Progress

ROOM_BYTES = 64_000_000  # free space below which nothing is begun: the queue itself needs some
_NEAR = 0.9
_SILENT = 30  # times the patience for stages that cannot tell progress
_SIGN_CPU_S = 0.05


@dataclass(frozen=True, slots=True)
class Pulse:
    """The signs of life of one job.

    Attributes:
        told_s: When it last told that frames came in, by the runner's clock (s).
        worked_s: When its processes were last seen to use a processor (s).
        cpu_s: Processor time of its processes at that moment (s).
        watching: It is between its first frame and its last; only then a lack of frames says anything.
    """

    told_s: float
    worked_s: float
    cpu_s: float = 0.0
    watching: bool = False

    def told(self, now_s: float, progress: Progress) -> Pulse:
        """Return the pulse after the job has told how far it is: frames have come, or a segment is done."""
        all_watched = 0 < progress.segments <= progress.segments_done
        return Pulse(now_s, now_s, self.cpu_s, progress.frames > 0 and not all_watched)

    def turned(self, now_s: float) -> Pulse:
        """Return the pulse after the job has told that it begins another kind of work."""
        return Pulse(now_s, now_s, self.cpu_s)

    def measured(self, now_s: float, cpu_s: float) -> Pulse:
        """Return the pulse after the processor time of all its processes has been measured."""
        # The sum falls when one of the processes ends: that is a sign as well.
        if abs(cpu_s - self.cpu_s) < _SIGN_CPU_S:
            return self
        return Pulse(self.told_s, now_s, cpu_s, self.watching)


def stalled(pulse: Pulse, now_s: float, stall_s: float) -> str:
    """Return why a job counts as hung, an empty text while it does not.

    While frames are watched, nothing but frames is a sign of life: a decoder that loops keeps a processor
    busy. Before the first frame (the file is sized up, a model is compiled) and after the last one (the
    script is composed: some seconds for an hour of video) nothing is told; there, processes that work count
    as alive, up to thirty times the patience.
    """
    if pulse.watching:
        hung = now_s - pulse.told_s > stall_s
        return f"no frame came for {stall_s:g} s; the video may be damaged there" if hung else ""
    if now_s - pulse.worked_s > stall_s:
        return f"it did nothing for {stall_s:g} s; what it reads may hang"
    if now_s - pulse.told_s > _SILENT * stall_s:
        return f"it told nothing for {_SILENT * stall_s:g} s"
    return ""


def over_memory(rss_bytes: int, memory_bytes: int | None) -> str:
    """Return why a job takes too much memory, an empty text while it does not."""
    if memory_bytes is None or rss_bytes <= memory_bytes:
        return ""
    return (
        f"it took {_mb(rss_bytes)} of memory, and {_mb(memory_bytes)} are allowed; "
        "allow more (--memory), or fewer cores to a job (--cores)"
    )


def cores_within(memory_bytes: int | None, rss_bytes: int, cores: int) -> int | None:
    """Return how many cores a job can have without outgrowing its memory, None for any number.

    Every core is another process that watches. As long as nothing is known, one must do.

    Args:
        memory_bytes: What it may take.
        rss_bytes: What it takes now; 0 while that is not known.
        cores: The cores it has now.
    """
    if memory_bytes is None:
        return None
    if rss_bytes <= 0:
        return 1
    return max(1, int(_NEAR * memory_bytes / (rss_bytes / max(1, cores))))


def missing_bytes(need_bytes: int, free_bytes: int) -> int:
    """Return how much room a disk lacks for a need and some reserve; 0 where it is enough."""
    return max(0, need_bytes + ROOM_BYTES - free_bytes)


def no_room(folder: str, short_bytes: int) -> str:
    """Return in words that a disk is too full."""
    return f"{folder} lacks {_mb(math.ceil(short_bytes))} of free space; free some, or use another disk"


def _mb(count: float) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{math.ceil(count / 1e6)} MB"
