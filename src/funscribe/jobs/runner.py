"""The loop that carries out a queue: it claims jobs, shares the cores among them, and keeps the books."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from funscribe.errors import DeviceLost, QueueBusy, QueueError, QueueNotWritable
from funscribe.jobs.crew import Crew, Hand
from funscribe.jobs.engines.choice import settled
from funscribe.jobs.events import Event, Kind
from funscribe.jobs.job import Job
from funscribe.jobs.limits import cores_within
from funscribe.jobs.messages import Broken, Done, Ended, Message, Need
from funscribe.jobs.options import RunOptions
from funscribe.jobs.shares import share
from funscribe.jobs.store import JobStore, Observer
from funscribe.monitor import Progress

__all__ = ["Event", "RunOptions", "RunReport", "run"]

_TICK_S = 0.25  # how soon a job that was cancelled elsewhere is noticed; also what progress waits for
_LOOK_S = 0.5
_RECLAIM_S = 1.0
_BEAT_S = 5.0  # far within the lease, while nothing runs
_BACK_UP_S = 900.0


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to.

    Attributes:
        done: Jobs that were done.
        failed: Jobs that have failed.
        again: Attempts that were put back to be tried again.
        cancelled: Jobs that were cancelled, or taken over, while this run had them.
        waiting: Jobs that are left waiting because a disk is too full.
        missing_bytes: Space that is missing for the first of them (bytes).
        reason: Why they wait.
        stopped: The run was asked to end.
    """

    done: int = 0
    failed: int = 0
    again: int = 0
    cancelled: int = 0
    waiting: int = 0
    missing_bytes: int = 0
    reason: str = ""
    stopped: bool = False


def run(
    store: JobStore,
    options: RunOptions | None = None,
    *,
    until_empty: bool = True,
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
) -> RunReport:
    """Carry out the jobs of a queue, several at a time; any number of runs may share one queue.

    Whatever ends it, no process of a job is left, and what was not done is queued again.

    Args:
        store: The queue.
        options: How.
        until_empty: End when no job is queued or running, here or in other runs; with False, or
            `options.keep_on`, wait for new ones. A queue that is paused is waited for.
        on_event: Told what happens, here in this thread.
        stop: Ends the run when it is set: jobs at work are stopped and put back, the attempt not counted.

    Raises:
        QueueError: The queue can no longer be read or written. All jobs are stopped first.
        DeviceMissing: What the engine needs is not installed, or cannot be started.
        DeviceLost: The engine is not, or no longer, where it was. All jobs are put back, the attempt not
            counted.
    """
    options = options or RunOptions()
    ends = until_empty and not options.keep_on
    with settled(options, options.cores or usable_cores()) as options:
        return _run(_Loop(store, options, on_event or (lambda event: None)), ends, stop)


def _run(loop: _Loop, ends: bool, stop: threading.Event | None) -> RunReport:
    try:
        while not (stop is not None and stop.is_set()) and loop.step(ends):
            pass
        return loop.close(stopped=stop is not None and stop.is_set())
    except BaseException:
        loop.abandon()
        raise


class _Shortage(msgspec.Struct, frozen=True):
    """A disk that must have room before more is begun."""

    reason: str
    folder: str
    wanted_bytes: int

    def missing_bytes(self) -> int:
        """Return how much is missing now; 0 where there is room, or the disk is gone and may be another."""
        try:
            return max(0, self.wanted_bytes - _free_bytes(self.folder))
        except OSError:
            return 0


def _free_bytes(folder: str) -> int:
    return shutil.disk_usage(folder).free


class _Every:
    """Tells when something is due again."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._next_s = 0.0

    def due(self) -> bool:
        now_s = time.monotonic()
        if now_s < self._next_s:
            return False
        self._next_s = now_s + self._interval_s
        return True


class _Loop:
    """One run: its claims, its processes, and what it has told."""

    def __init__(self, store: JobStore, options: RunOptions, tell: Callable[[Event], None]) -> None:
        self._store = store
        self._options = options
        self._tell = tell
        self._cores = options.cores or usable_cores()
        self._slots = options.workers or self._cores
        self._crew = Crew(options)
        self._observer = Observer()
        self._runner = store.enlist()
        self._report, self._look, self._reclaim = _Every(_TICK_S), _Every(_LOOK_S), _Every(_RECLAIM_S)
        self._beat = _Every(_BEAT_S)
        self._back_up = _Every(_BACK_UP_S)
        self._news: dict[int, Progress] = {}
        self._shortage: _Shortage | None = None
        self._said = ""
        self._sums = dict.fromkeys(("done", "failed", "again", "cancelled"), 0)

    def step(self, ends: bool) -> bool:
        """Do what is due, wait a moment for news; False when all is done and the run shall end then."""
        if self._back_up.due():
            self._copy()
        if self._reclaim.due():
            self._store.reclaim(self._observer)
        waits = self._fill()
        if not self._crew.hands and ends and (waits is None or self._shortage):
            return False
        for hand, message in self._crew.hear(_TICK_S):
            self._take(hand, message)
        if self._look.due() and self._crew.hands:
            self._crew.look()
            self._share()
        if self._crew.hands and self._report.due():
            self._exchange()
        elif not self._crew.hands and self._beat.due():
            self._store.beat(self._runner)
        return True

    def close(self, stopped: bool) -> RunReport:
        """Stop what still runs, put it back, and return what the run came to."""
        for hand, message in self._crew.stop():
            self._take(hand, message)
        self._store.retire(self._runner)
        self._copy()
        short = self._shortage
        return RunReport(
            **self._sums,
            stopped=stopped,
            waiting=self._store.counts()["queued"] if short else 0,
            missing_bytes=short.missing_bytes() if short else 0,
            reason=short.reason if short else "",
        )

    def abandon(self) -> None:
        """Stop everything at once, and put it back if the queue lets us; a later run does it otherwise."""
        self._crew.kill()
        with suppress(QueueError):
            self._store.retire(self._runner)

    def _copy(self) -> None:
        """Back the queue up; what is done is not done again after a `restore`."""
        with suppress(QueueNotWritable, QueueBusy):  # the queue itself is well: no reason to stop the work
            self._store.back_up()

    def _fill(self) -> str | None:
        """Begin as many jobs as there is room for; return what is waited for, None where nothing is."""
        claimed: list[Job] = []
        while len(self._crew.hands) + len(claimed) < self._slots and self._has_room():
            job = self._store.claim(self._runner)
            if job is None:
                break
            claimed.append(job)
        if claimed:
            self._begin(claimed)
        if self._crew.hands:
            self._said = ""
            return ""
        return self._wait()

    def _has_room(self) -> bool:
        if self._shortage is not None and not self._shortage.missing_bytes():
            self._shortage = None
        return self._shortage is None

    def _begin(self, jobs: list[Job]) -> None:
        given = self._shares([*self._crew.hands, *(job.id for job in jobs)])
        for job in jobs:
            try:
                hand = self._crew.start(job, given[job.id])
            except (OSError, EOFError) as error:  # the system has no more processes to give
                self._again(job, f"its process could not be started: {error}", counted=True)
            else:
                self._event("started", job, cores=hand.cores)
        self._share()

    def _share(self) -> None:
        given = self._shares(list(self._crew.hands))
        for number, hand in self._crew.hands.items():
            self._crew.grant(hand, given[number])

    def _shares(self, jobs: list[int]) -> dict[int, int]:
        bounds: dict[int, int] = {}
        hard: dict[int, int] = {}
        for number in jobs:
            hand = self._crew.hands.get(number)
            progress = hand.progress if hand else None
            if progress is not None and progress.segments:
                bounds[number] = progress.segments - progress.segments_done
            within = cores_within(
                self._options.memory_bytes, hand.rss_bytes if hand else 0, hand.cores if hand else 1
            )
            if within is not None:
                hard[number] = within
        given = share(self._cores, jobs, bounds)
        return {number: min(cores, hard.get(number, cores)) for number, cores in given.items()}

    def _wait(self) -> str | None:
        """Say what is waited for while no job is at work; None where nothing is left to do."""
        if self._shortage is not None:
            return self._say("waiting", self._shortage.reason)
        counts = self._store.counts()
        if counts["queued"] and self._store.paused:
            return self._say("waiting", "the queue is paused; go on with `funscribe batch resume`")
        if counts["running"]:
            return self._say("waiting", f"other runs are at {counts['running']} jobs")
        if counts["queued"]:
            return ""
        self._say("idle", "")
        return None

    def _say(self, kind: Kind, reason: str) -> str:
        if self._said != kind + reason:
            self._said = kind + reason
            self._tell(Event(kind=kind, reason=reason))
        return reason

    def _exchange(self) -> None:
        """Write down how far all jobs are, and hear which of them are ours no longer."""
        news, self._news = self._news, {}
        running = {number: news.get(number) for number in self._crew.hands}
        lost = self._store.report(self._runner, running)
        for number in lost & set(self._crew.hands):
            self._crew.end(self._crew.hands[number], "cancelled")
        for number, progress in news.items():
            hand = self._crew.hands.get(number)
            if hand is not None and hand.why is None:
                self._event("progress", hand.job, cores=hand.cores, progress=progress)

    def _take(self, hand: Hand, message: Message) -> None:
        """Do what a message of a job calls for."""
        number = hand.job.id
        if isinstance(message, Need):
            self._store.needs(self._runner, number, message.size)
        elif isinstance(message, Done):
            self._finish(hand.job, message)
        elif isinstance(message, Broken):
            self._break(hand.job, message)
        elif isinstance(message, Ended):
            self._lose(hand, message)
        elif hand.progress is not None:
            self._news[number] = hand.progress

    def _finish(self, job: Job, done: Done) -> None:
        self._news.pop(job.id, None)
        if not self._store.finish(self._runner, job.id, done.actions, done.warnings):
            self._count("cancelled", job)
            return
        self._count("done", job, actions=done.actions, warnings=done.warnings, kept=done.kept)

    def _break(self, job: Job, broken: Broken) -> None:
        if broken.kind == "refused":
            self._fail(job, broken.reason)
            return
        if broken.kind == "engine":
            raise DeviceLost(broken.reason)
        if broken.kind == "space":
            self._shortage = _Shortage(broken.reason, broken.folder, broken.wanted_bytes)
        self._again(job, broken.reason, counted=broken.kind == "again")

    def _lose(self, hand: Hand, ended: Ended) -> None:
        """Keep the books of a process that ended without a last word."""
        if hand.why == "cancelled":
            self._count("cancelled", hand.job)
        elif hand.why == "failed":
            self._fail(hand.job, hand.reason)
        elif hand.why == "again":
            self._again(hand.job, hand.reason, counted=True)
        elif hand.why is None:
            reason = f"its process ended without an answer ({ended.how}); it may have run out of memory"
            self._again(hand.job, reason, counted=True)
        # What is stopped goes back when the runner retires.

    def _fail(self, job: Job, reason: str) -> None:
        kept = self._store.fail(self._runner, job.id, reason)
        self._count("failed" if kept else "cancelled", job, reason=reason if kept else "")

    def _again(self, job: Job, reason: str, *, counted: bool) -> None:
        attempts = self._options.attempts
        state = self._store.again(self._runner, job.id, reason, counted=counted, attempts=attempts)
        kinds: dict[str, Kind] = {"queued": "again", "failed": "failed"}
        kind = kinds.get(state, "cancelled")
        self._count(kind, job, reason="" if kind == "cancelled" else reason)

    def _count(self, kind: Kind, job: Job, **values: object) -> None:
        self._sums[kind] += 1
        self._event(kind, job, **values)

    def _event(self, kind: Kind, job: Job, **values: object) -> None:
        event = Event(kind=kind, job=job.id, video=job.order.video, script=job.order.script)
        self._tell(msgspec.structs.replace(event, **values))


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
