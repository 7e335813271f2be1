"""What happens in the process of a job: one order is carried out, and the runner is told.

Nothing heavy is imported with this module: the runner names it only, and the process loads the rest.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from funscribe.errors import (
    DeviceLost,
    FunscribeError,
    OutputNotWritable,
    ScriptBusy,
    TraceCorrupted,
    VideoUnreachable,
    WorkerDied,
)
from funscribe.jobs.engines.choice import spread_of
from funscribe.jobs.limits import ROOM_BYTES, missing_bytes, no_room
from funscribe.jobs.messages import Advance, Broken, Done, Need, Said, Stage, Task, pack, unpack_cores
from funscribe.spread import end_with_parent

if TYPE_CHECKING:
    from funscribe.pipeline.delivering import Delivered

_FULL = (errno.ENOSPC, errno.EDQUOT)
_BUSY_S = 5.0  # a run that was just killed may hold the script for a moment
_RETRY_S = 0.25


class Link:
    """The line from the process of a job to its runner.

    Args:
        connection: To the runner.
        cores: What may be used at first.
    """

    def __init__(self, connection: Connection, cores: int) -> None:
        self._connection = connection
        self._cores = cores

    def tell(self, message: Said) -> None:
        """Tell the runner; a runner that is gone ends this process."""
        try:
            self._connection.send_bytes(pack(message))
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)

    def cores(self) -> int:
        """Return how many cores may be used now."""
        return self._cores

    def listen(self) -> None:
        """Take in what the runner grants, until it closes the line: then nobody waits for the job."""
        try:
            while True:
                self._cores = unpack_cores(self._connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def serve(connection: Connection, name: str, task: Task, environ: Mapping[str, str]) -> None:
    """Carry out one order and tell how it went. The main function of the process of a job.

    Args:
        connection: To the runner.
        name: What carries it out, `module:function`; called with the task and a `Link`, returns a message.
        task: What to do.
        environ: The runner's environment, which the process that this one was forked from may not have.
    """
    # Ctrl-C reaches the whole group; the runner alone decides what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    os.environ.clear()
    os.environ.update(environ)
    link = Link(connection, task.cores)
    for watch in (end_with_parent, link.listen):
        threading.Thread(target=watch, daemon=True).start()
    module, _, function = name.partition(":")
    try:
        carry: Callable[[Task, Link], Said] = getattr(import_module(module), function)
        outcome = carry(task, link)
    except Exception as error:
        outcome = judge(error)
    link.tell(outcome)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # half-written files are removed on the way out


def carry_out(task: Task, link: Link) -> Said:
    """Make the scripts of an order."""
    from funscribe.pipeline.delivering import deliver
    from funscribe.trace.store import default_root

    folders = (default_root(), Path(task.order.script).parent)

    def prepare(need_bytes: int) -> None:
        link.tell(Need(need_bytes))
        check_room(need_bytes, *folders)

    def once() -> Delivered:
        return deliver(
            task.order,
            workers=link.cores,
            on_progress=lambda progress: link.tell(Advance(progress)),
            spread_over=spread_of(task.engine, task.address, lambda: link.tell(Stage("watching"))),
            on_need=prepare,
            on_stage=lambda name: link.tell(Stage(name)),
        )

    check_room(0, *folders)
    try:
        made = _patiently(once)
    except OSError as error:
        if error.errno in _FULL:
            raise _filled(error, folders) from error
        raise
    return Done(actions=made.actions if made.made else None, warnings=made.warnings, kept=made.kept)


def _patiently(once: Callable[[], Delivered]) -> Delivered:
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            return once()
        except ScriptBusy:
            if time.monotonic() > until:
                raise
            time.sleep(_RETRY_S)


class NoRoom(OutputNotWritable):
    """A disk is too full for a job.

    Args:
        reason: Which disk, and what is missing.
        folder: Where.
        wanted_bytes: Free space that the job waits for.
    """

    def __init__(self, reason: str, folder: str, wanted_bytes: int) -> None:
        super().__init__(reason)
        self.folder = folder
        self.wanted_bytes = wanted_bytes


def check_room(need_bytes: int, cache: Path, home: Path) -> None:
    """Refuse a job for which a disk has no room.

    Args:
        need_bytes: What it adds, nearly all of it to the cache.
        cache: Where the trace goes.
        home: Where the script goes.

    Raises:
        NoRoom: There is too little.
    """
    for folder, needed in ((cache, need_bytes), (home, 0)):
        there, free = _free(folder)
        short = missing_bytes(needed, free)
        if short:
            raise NoRoom(no_room(str(there), short), str(there), needed + ROOM_BYTES)


def _filled(error: OSError, folders: tuple[Path, Path]) -> NoRoom:
    """Return what the runner must know of a disk that was full after all, or a quota that was used up."""
    there, free = min((_free(folder) for folder in folders), key=lambda found: found[1])
    return NoRoom(str(error), str(there), free + ROOM_BYTES)  # with less than before it would end alike


def _free(folder: Path) -> tuple[Path, int]:
    """Return the nearest folder that is there, and the free space of its disk (bytes)."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
    return there, shutil.disk_usage(there).free


def judge(error: Exception) -> Broken:
    """Return what an error means for the job: whether another attempt may end better."""
    reason = str(error)
    if isinstance(error, NoRoom):
        return Broken(kind="space", reason=reason, folder=error.folder, wanted_bytes=error.wanted_bytes)
    if isinstance(error, DeviceLost):
        return Broken(kind="engine", reason=reason)
    if isinstance(error, (ScriptBusy, WorkerDied, TraceCorrupted, VideoUnreachable)):
        return Broken(kind="again", reason=reason)
    if isinstance(error, FunscribeError):
        return Broken(kind="refused", reason=reason)
    return Broken(kind="again", reason=f"{type(error).__name__}: {reason}")
