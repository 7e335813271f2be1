"""Processes with all that came from them: how much they take, and how to end them for good."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Tree:
    """A process and its descendants at one moment.

    Attributes:
        rss_bytes: Resident memory of all together (bytes); pages that they share count for each.
        cpu_s: Processor time of all together (s).
        processes: The root first.
    """

    rss_bytes: int
    cpu_s: float
    processes: tuple[psutil.Process, ...]


def measure(roots: Iterable[psutil.Process]) -> dict[int, Tree]:
    """Return the trees of some processes by the number of their root; those that are gone are left out."""
    wanted = {root.pid: root for root in roots}
    members: dict[int, list[psutil.Process]] = {pid: [root] for pid, root in wanted.items()}
    offspring = _offspring()
    for pid, root in wanted.items():
        if pid in offspring.of_all:
            members[pid] += offspring.below(pid)
        else:  # its parent is not one of ours
            with suppress(psutil.Error):
                members[pid] += root.children(recursive=True)
    return {pid: tree for pid, found in members.items() if (tree := _tree(found)) is not None}


def kill(processes: Iterable[psutil.Process]) -> None:
    """End processes and all their descendants at once, whatever they do."""
    gone: list[psutil.Process] = []
    for process in processes:
        gone.append(process)
        with suppress(psutil.Error):
            process.suspend()  # so that it cannot start another while they are counted
            gone += process.children(recursive=True)
    for process in gone:
        with suppress(psutil.Error):
            process.kill()


class _Offspring:
    """All descendants of this process, found in one look at the system's table."""

    def __init__(self, found: list[psutil.Process]) -> None:
        self.of_all = {process.pid: process for process in found}
        self._children: dict[int, list[psutil.Process]] = {}
        for process in found:
            with suppress(psutil.Error):
                self._children.setdefault(process.ppid(), []).append(process)

    def below(self, pid: int) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for child in self._children.get(pid, ()):
            found += [child, *self.below(child.pid)]
        return found


def _offspring() -> _Offspring:
    return _Offspring(psutil.Process().children(recursive=True))


def _tree(processes: list[psutil.Process]) -> Tree | None:
    rss_bytes, cpu_s = 0, 0.0
    alive: list[psutil.Process] = []
    for process in processes:
        try:
            with process.oneshot():
                times = process.cpu_times()
                rss_bytes += process.memory_info().rss
        except psutil.Error:
            continue
        cpu_s += times.user + times.system
        alive.append(process)
    return Tree(rss_bytes, cpu_s, tuple(alive)) if alive else None
