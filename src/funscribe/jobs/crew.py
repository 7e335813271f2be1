"""One process for each job: started, heard, looked after, and ended for good with all that it started."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Literal

import msgspec
import psutil

from funscribe.jobs import trees
from funscribe.jobs.job import Job
from funscribe.jobs.limits import Pulse, over_memory, stalled
from funscribe.jobs.messages import Advance, Broken, Cores, Done, Ended, Message, Said, Task, pack, unpack
from funscribe.jobs.options import RunOptions
from funscribe.jobs.worker import serve
from funscribe.monitor import Progress
from funscribe.spread import how_it_ended, nameless_main

Why = Literal["cancelled", "failed", "again", "stopped"]

# What every job needs. Where that is safe, it is loaded once, by a process that does nothing but fork;
# elsewhere each process loads it anew.
_PRELOADED = ["funscribe.jobs.preloaded"]
_START = "forkserver" if sys.platform == "linux" else "spawn"
_GRACE_S = 0.5
_LEAVE_S = 5.0
_JOIN_S = 1.0
_PAUSE_S = 2.0


@dataclass(slots=True, eq=False)
class Hand:
    """A job at work.

    Attributes:
        job: What it does.
        process: Its process.
        root: The same, as the system has it; None where it had ended before it could be looked at.
        connection: The line to it.
        cores: Cores that it has.
        pulse: Its signs of life.
        kin: All its processes when they were last looked at.
        rss_bytes: Their memory then; 0 before that.
        progress: How far it is.
        why: Why it is being ended; None while it is not.
        reason: The same for the user.
        until_s: When patience with its ending ends.
    """

    job: Job
    process: BaseProcess
    root: psutil.Process | None
    connection: Connection
    cores: int
    pulse: Pulse
    kin: tuple[psutil.Process, ...] = field(default=())
    rss_bytes: int = 0
    progress: Progress | None = None
    why: Why | None = None
    reason: str = ""
    until_s: float = 0.0

    def members(self) -> list[psutil.Process]:
        """Return all its processes, as far as they are known."""
        return [*([] if self.root is None else [self.root]), *self.kin]


class Awake:
    """A clock that goes on only while it is looked at: what this process itself slept through counts little.

    A laptop that was closed, or a runner that was stopped for a while, must not find all its jobs hung.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_s = clock()
        self._passed_s = 0.0

    def now_s(self) -> float:
        """Return the time it has counted (s)."""
        now_s = self._clock()
        self._passed_s += min(now_s - self._last_s, _PAUSE_S)
        self._last_s = now_s
        return self._passed_s


class Crew:
    """The processes of all jobs that a runner has at work."""

    def __init__(self, options: RunOptions) -> None:
        self._options = options
        self._context: Any = multiprocessing.get_context(_START)
        if _START == "forkserver":
            self._context.set_forkserver_preload(_PRELOADED)
        self._leaving: list[Hand] = []
        self._clock = Awake()
        self.hands: dict[int, Hand] = {}

    def start(self, job: Job, cores: int) -> Hand:
        """Start the process of a job."""
        if job.id in self.hands:  # it was taken away and has come back before its process had ended
            self._bury(self.hands[job.id])
        options = self._options
        task = Task(order=job.order, cores=cores, engine=options.engine, address=options.address)
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, options.task, task, dict(os.environ)), name=f"funscribe-job-{job.id}"
        )
        with nameless_main():
            process.start()
        theirs.close()
        root = None
        with suppress(psutil.Error):
            root = psutil.Process(process.pid)
        now_s = self._clock.now_s()
        hand = Hand(job, process, root, ours, cores, Pulse(now_s, now_s))
        self.hands[job.id] = hand
        return hand

    def grant(self, hand: Hand, cores: int) -> None:
        """Let a job have more or fewer cores from now on."""
        if cores == hand.cores:
            return
        hand.cores = cores
        with suppress(OSError):  # it has just ended: that is heard soon
            hand.connection.send_bytes(pack(Cores(cores)))

    def hear(self, timeout_s: float) -> list[tuple[Hand, Message]]:
        """Wait until a job says something or ends, at most for some time, and return what was said.

        A job that has said its last word is no longer among `hands`.
        """
        everyone = [*self.hands.values(), *self._leaving]
        if not everyone:
            time.sleep(timeout_s)
            return []
        sources = [source for hand in everyone for source in (hand.connection, hand.process.sentinel)]
        ready = set(wait(sources, timeout_s))
        heard: list[tuple[Hand, Message]] = []
        for hand in everyone:
            if ready & {hand.connection, hand.process.sentinel}:
                heard += [(hand, said) for said in self._listen(hand)]
        return heard + self._press()

    def look(self) -> None:
        """Measure what all jobs take, and begin to end those that take too much or seem hung."""
        now_s = self._clock.now_s()
        at_work = [hand for hand in self.hands.values() if hand.root is not None]
        measured = trees.measure([hand.root for hand in at_work if hand.root is not None])
        for hand in at_work:
            tree = measured.get(hand.process.pid or 0)
            if tree is None or hand.why is not None:
                continue
            hand.kin, hand.rss_bytes = tree.processes, tree.rss_bytes
            hand.pulse = hand.pulse.measured(now_s, tree.cpu_s)
            if reason := over_memory(tree.rss_bytes, self._options.memory_bytes):
                self.end(hand, "failed", reason, grace_s=0.0)
            elif reason := stalled(hand.pulse, now_s, self._options.stall_s):
                self.end(hand, "again", reason)

    def end(self, hand: Hand, why: Why, reason: str = "", *, grace_s: float = _GRACE_S) -> None:
        """Begin to end a job: asked first, so that it leaves no half file, then killed."""
        if hand.why is not None:
            return
        hand.why, hand.reason = why, reason
        hand.until_s = time.monotonic() + grace_s
        if hand.root is not None:
            with suppress(psutil.Error):
                hand.root.terminate()
        if not grace_s:
            trees.kill(hand.members())

    def stop(self) -> Iterator[tuple[Hand, Message]]:
        """End all jobs and wait until they are gone; yield what they still had to say."""
        for hand in self.hands.values():
            self.end(hand, "stopped")
        while self.hands or self._leaving:
            yield from self.hear(_GRACE_S / 5)

    def kill(self) -> None:
        """End all jobs at once."""
        for hand in [*self.hands.values(), *self._leaving]:
            self._bury(hand)

    def _listen(self, hand: Hand) -> Iterator[Message]:
        """Take in what a job has said; when it has ended, that is the last thing."""
        final = hand in self._leaving
        try:
            while hand.connection.poll():
                said = unpack(hand.connection.recv_bytes())
                self._note(hand, said)
                if not final:
                    yield said
                if isinstance(said, Done | Broken) and not final:
                    final = True
                    self._dismiss(hand)
            if hand.process.is_alive():
                return
        except (EOFError, OSError):
            pass
        except msgspec.MsgspecError as error:
            if not final:
                yield Broken(kind="again", reason=f"its process said what makes no sense ({error})")
            final = True
        how = self._bury(hand)
        if not final:
            yield Ended(how)

    def _note(self, hand: Hand, said: Said) -> None:
        now_s = self._clock.now_s()
        if isinstance(said, Done | Broken):
            return
        if isinstance(said, Advance):
            hand.progress = said.progress
            hand.pulse = hand.pulse.told(now_s, said.progress)
        else:
            hand.pulse = hand.pulse.turned(now_s)

    def _dismiss(self, hand: Hand) -> None:
        """Let the process of a job that has said its last word end by itself."""
        del self.hands[hand.job.id]
        hand.until_s = time.monotonic() + _LEAVE_S
        self._leaving.append(hand)

    def _press(self) -> list[tuple[Hand, Message]]:
        """Kill those that were asked to end and have not; return those that nothing could end."""
        lost: list[tuple[Hand, Message]] = []
        now_s = time.monotonic()
        for hand in [*self.hands.values(), *self._leaving]:
            leaving = hand in self._leaving
            if not (leaving or hand.why) or now_s < hand.until_s:
                continue
            trees.kill(hand.members())
            if now_s > hand.until_s + _LEAVE_S:
                how = self._bury(hand)
                lost += [] if leaving else [(hand, Ended(how))]
        return lost

    def _bury(self, hand: Hand) -> str:
        """See that nothing of a job is left, and return how its process ended."""
        trees.kill(hand.members())
        hand.connection.close()
        hand.process.join(_JOIN_S)
        how = how_it_ended(hand.process)
        with suppress(ValueError):  # it cannot be killed now, as while it waits for a broken disk
            hand.process.close()
        if self.hands.get(hand.job.id) is hand:
            del self.hands[hand.job.id]
        if hand in self._leaving:
            self._leaving.remove(hand)
        return how
