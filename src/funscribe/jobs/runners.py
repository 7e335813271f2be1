"""Who carries out jobs, and whether it still lives: told by the system, or by a beat that goes on.

No wall clock is compared anywhere: one that is set back or forward ends nobody's claim.
"""

from __future__ import annotations

import os
import platform
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

LEASE_S = 30.0
_PROC = Path("/proc")
_LOOKS = 3  # a pause of the observer itself counts at most a third of the lease
_SAME_START = 1.0  # between two readings of when a process began (s), where the system tells it in seconds


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """A process that carries out jobs.

    Attributes:
        token: What tells it from every other, ever.
        name: `host:pid`.
        machine: The machine, its boot and its space of process numbers.
        pid: Its process.
        started: When that process began, as `process_start` tells it.
    """

    token: str
    name: str
    machine: str
    pid: int
    started: float


def this_process() -> Runner:
    """Return a new runner that is this process."""
    pid = os.getpid()
    started = process_start(pid)
    return Runner(
        token=secrets.token_hex(16),
        name=f"{platform.node()}:{pid}",
        machine=this_machine(),
        pid=pid,
        started=-1.0 if started is None else started,
    )


def this_machine() -> str:
    """Return what two processes have in common that see each other's process numbers until the next boot."""
    boot = _PROC / "sys/kernel/random/boot_id"
    try:
        return f"{boot.read_text(encoding='ascii').strip()} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return f"{platform.node()} {uuid.getnode():x}"


def process_start(pid: int) -> float | None:
    """Return when a process began, None if there is none: ticks since the boot, or elsewhere Unix s."""
    if (_PROC / "self/stat").exists():
        return _ticks(pid)
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.AccessDenied:
        return -1.0
    except psutil.Error:
        return None


def _ticks(pid: int) -> float | None:
    try:
        told = (_PROC / f"{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = told.rpartition(b")")[2].split()  # the name before it may hold anything
    return None if fields[0] in (b"Z", b"X") else float(fields[19])


def _ended(pid: int, started: float) -> bool:
    now = process_start(pid)
    if now is None:
        return True
    return started >= 0 and now >= 0 and abs(now - started) > _SAME_START


class Observer:
    """One process's view of the others' beats, by its own steady clock.

    Args:
        lease_s: How long a beat may stay the same (s).
        clock: A clock that only goes forward (s).
        machine: What `this_machine` says here.
    """

    def __init__(
        self,
        lease_s: float = LEASE_S,
        clock: Callable[[], float] = time.monotonic,
        machine: str | None = None,
    ) -> None:
        self.lease_s = lease_s
        self._clock = clock
        self._machine = this_machine() if machine is None else machine
        self._last = clock()
        self._quiet: dict[str, tuple[int, float]] = {}

    def dead(self, rows: Iterable[sqlite3.Row]) -> list[tuple[str, int]]:
        """Return token and last beat of the runners among these rows that are gone.

        Dead is one whose process on this machine ended, and one whose beat has stayed the same over the
        lease. To be called some times within a lease: what passes between two looks counts for at most a
        third of it, lest a pause of the observer be taken for one of the others.
        """
        now = self._clock()
        passed, self._last = min(now - self._last, self.lease_s / _LOOKS), now
        quiet: dict[str, tuple[int, float]] = {}
        gone = []
        for row in rows:
            token, beat = row["token"], row["beat"]
            before, waited = self._quiet.get(token, (None, 0.0))
            waited = waited + passed if before == beat else 0.0
            quiet[token] = beat, waited
            here = row["machine"] == self._machine
            if waited >= self.lease_s or (here and _ended(row["pid"], row["started"])):
                gone.append((token, beat))
        self._quiet = quiet
        return gone
