"""What becomes of each file that is found in a watched folder: it waits, is queued once, or is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from funscribe.errors import JobNotFound, QueueBusy, QueueNotWritable, RecipeInvalid
from funscribe.jobs.arrivals import Arrivals, Mark, mark_of
from funscribe.jobs.job import UNFINISHED
from funscribe.jobs.probing import Prober
from funscribe.jobs.roots import Roots
from funscribe.jobs.rules import FILE, Asked, Rulebook, order_of
from funscribe.jobs.store import Added, JobStore
from funscribe.pipeline.order import Order
from funscribe.video.names import is_video_name

Kind = Literal["watching", "queued", "unreadable", "rules", "twin", "trouble"]
_LOOK_S = 1.0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found while folders were watched.

    Attributes:
        kind: What: `watching` begins for a folder; a video is `queued`, or `unreadable` although nobody
            writes it any more; the `rules` of a folder make no sense; a video has a `twin` with the same
            script; or there is `trouble` with a folder or the queue.
        path: The folder, the video, or the file of the rules.
        job: Number of the job of a video that is queued.
        reason: What is wrong, and the remedy.
    """

    kind: Kind
    path: str
    job: int | None = None
    reason: str = ""


class _Overtaken(NamedTuple):
    """A job at work whose video has been replaced meanwhile, and what is to follow it."""

    job: int
    order: Order
    priority: int


class Intake:
    """Takes the videos of folders into the queue, each file once over all runs.

    Args:
        store: The queue.
        roots: The folders.
        asked: What is asked for of all videos.
        settle_s: How long a file must stay the same before it is taken (s).
        tell: Told what is found.
        stop: Ends what is being done when it is set.
    """

    def __init__(
        self,
        store: JobStore,
        roots: Roots,
        asked: Asked,
        settle_s: float,
        tell: Callable[[Found], None],
        stop: threading.Event,
    ) -> None:
        self._store = store
        self._roots = roots
        self._asked = asked
        self._tell = tell
        self._stop = stop
        self._arrivals = Arrivals(settle_s)
        self._rules = Rulebook()
        self._prober = Prober()
        self._finished: dict[str, Mark] = {}  # queued, now or in an earlier run, or not to be read
        self._unreadable: set[str] = set()
        self._overtaken: dict[str, _Overtaken] = {}
        self._told: dict[str, str] = {}
        self._looked_s = 0.0

    def close(self) -> None:
        """End the process that tries videos."""
        self._prober.close()

    def look(self, folder: Path) -> None:
        """Take down all that lies in a folder now, and below it where that is wanted."""
        for path in self._roots.videos(folder, lambda place, reason: self._say("trouble", place, reason)):
            if self._stop.is_set():
                return
            self._see(path)

    def hear(self, paths: Iterable[str]) -> None:
        """Look at what is said to have changed: videos, folders and rules."""
        for text in sorted(paths):
            path = Path(text)
            if self._roots.root_of(path) is None:
                continue
            if path.name == FILE:
                self._told.pop(text, None)
                self.look(path.parent)
            elif path.is_dir():
                if path in self._roots.folders or (self._roots.recursive and not path.is_symlink()):
                    self.look(path)
            elif is_video_name(path.name):
                if text in self._unreadable:  # its permissions may have changed, which no mark shows
                    self._unreadable.discard(text)
                    self._finished.pop(text, None)
                self._see(text)

    def step(self) -> None:
        """Decide on all files that have stayed the same for long enough."""
        for path in self._arrivals.due(time.monotonic()):
            if self._stop.is_set():
                return
            mark, now_s = mark_of(path), time.monotonic()
            if not self._arrivals.see(path, mark, now_s) or mark is None:
                continue
            try:
                if self._decide(path, mark):
                    self._arrivals.drop(path)
            except (QueueBusy, QueueNotWritable) as error:
                self._say("trouble", str(self._store.path), str(error))
                self._arrivals.again(path, now_s)
        self._follow_up()
        self._prober.rest()

    def _see(self, path: str) -> None:
        mark = mark_of(path)
        if mark is None:
            self._finished.pop(path, None)
            self._told.pop(path, None)
        elif self._finished.get(path) == mark:
            return
        elif self._is_seen(path, mark):
            self._finished[path] = mark
            return
        self._arrivals.see(path, mark, time.monotonic())

    def _is_seen(self, path: str, mark: Mark) -> bool:
        try:
            return self._store.seen(path, *mark)
        except QueueBusy:
            return False  # it is asked once more when the file is queued

    def _decide(self, path: str, mark: Mark) -> bool:
        """Decide on one file; False where it is to be decided later."""
        video = Path(path)
        root = self._roots.root_of(video)
        if root is None:
            return True
        try:
            rules = self._rules.rules_for(video, root)
        except RecipeInvalid as error:
            self._say("rules", str(self._rules.file_for(video, root) or root), str(error))
            return True  # it is found again when the rules change, or at the next look
        if rules.ignores(video):
            return True
        order, priority = order_of(video, root, rules, self._asked)
        if _has_script(order):
            return True
        reason = self._prober.ask(path, self._stop)
        if reason is None:
            return False
        self._finished[path] = mark
        if reason:
            self._unreadable.add(path)
            self._say("unreadable", path, reason)
            return True
        try:
            self._take(path, order, priority, self._store.add_noticed(order, *mark, priority))
        except (QueueBusy, QueueNotWritable):
            del self._finished[path]
            raise
        return True

    def _take(self, path: str, order: Order, priority: int, added: Added | None) -> None:
        if added is None:
            return  # another process that watches the same folder was quicker
        if added.new:
            self._told.pop(path, None)
            self._tell(Found(kind="queued", path=path, job=added.id))
            return
        try:
            there = self._store.get(added.id)
        except JobNotFound:
            return
        if there.order.video != order.video:
            reason = f"{path}: {order.script} is already the script of {there.order.video} (job {added.id})"
            self._say("twin", path, f"{reason}; rename one of them")
        elif there.state == "running":
            self._overtaken[path] = _Overtaken(added.id, order, priority)

    def _follow_up(self) -> None:
        """Queue again what was replaced while its job was at work, as soon as that has ended."""
        now_s = time.monotonic()
        if not self._overtaken or now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        for path, overtaken in list(self._overtaken.items()):
            try:
                if self._is_followed_up(path, overtaken):
                    del self._overtaken[path]
            except (QueueBusy, QueueNotWritable) as error:
                self._say("trouble", str(self._store.path), str(error))

    def _is_followed_up(self, path: str, overtaken: _Overtaken) -> bool:
        try:
            job = self._store.get(overtaken.job)
        except JobNotFound:
            return True
        if job.state in UNFINISHED:
            return False
        made = job.state == "done" and job.actions is not None
        if made or job.state == "failed":
            # The script that is there was made of what is no longer there.
            order = msgspec.structs.replace(overtaken.order, overwrite=overtaken.order.overwrite or made)
            (added,) = self._store.add([order], priority=overtaken.priority)
            self._tell(Found(kind="queued", path=path, job=added.id))
        return True

    def _say(self, kind: Kind, path: str, reason: str) -> None:
        """Tell what is wrong, once as long as it is the same."""
        if self._told.get(path) != reason:
            self._told[path] = reason
            self._tell(Found(kind=kind, path=path, reason=reason))


def _has_script(order: Order) -> bool:
    """Tell whether the scripts of an order are there and are to stay."""
    script = Path(order.script)
    names = [script, *(script.with_name(f"{script.stem}.{name}.funscript") for name in order.variants)]
    return not order.overwrite and all(_exists(path) for path in names)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
