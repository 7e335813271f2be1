"""The queue as a program uses it: add, look, control, be told, and carry out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

import msgspec

from funscribe.errors import JobNotFound, OutputNotWritable, RecipeInvalid, VideoNotFound
from funscribe.jobs.faults import exists
from funscribe.jobs.job import STATES, Job, State
from funscribe.jobs.store import JobStore, default_path
from funscribe.jobs.subscription import Subscription, Tell
from funscribe.pipeline.order import Order, absolute, placed
from funscribe.recipe import Recipe

if TYPE_CHECKING:
    from funscribe.jobs.events import Event
    from funscribe.jobs.options import RunOptions
    from funscribe.jobs.runner import RunReport

_ALL = 10_000_000  # jobs in one answer


class Queue:
    """The queue of videos that are to become scripts, kept in a file that outlives every crash.

    Any number of processes may use one queue at a time, and one object may be used by several threads.
    The file is made when the first job is added.

        with Queue() as queue:
            first = queue.add("clip.mp4")
            others = queue.add(["a.mp4", "b.mp4"], read_recipe("mine.toml"), priority=5)
            queue.run(workers=2)
            print(queue.status(first).state)

    Args:
        path: The file; None takes `$FUNSCRIBE_QUEUE`, else one in the user's data folder.

    Raises:
        QueueDamaged: From any method: the file is no queue, or is gone but for its back-up.
        QueueNotWritable: From any method that changes something: the file cannot be written.
        QueueBusy: From any method: another process has held the queue for too long.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path is not None else default_path()
        self._lock = threading.Lock()
        self._opened: JobStore | None = None
        self._subscriptions: list[Subscription] = []

    def __enter__(self) -> Queue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all subscriptions and close the file; what is queued stays. May be called again."""
        try:
            while self._subscriptions:
                self._subscriptions.pop().close()
        finally:
            with self._lock:
                if self._opened is not None:
                    self._opened.close()
                    self._opened = None

    @overload
    def add(  # type: ignore[overload-overlap]  # a text is one video, not a list of letters
        self,
        videos: str | Path,
        recipe: Recipe | None = None,
        *,
        script: str | Path | None = None,
        output: str | Path | None = None,
        priority: int = 0,
        variants: Sequence[str] = (),
        overwrite: bool = False,
    ) -> int: ...

    @overload
    def add(
        self,
        videos: Iterable[str | Path],
        recipe: Recipe | None = None,
        *,
        output: str | Path | None = None,
        priority: int = 0,
        variants: Sequence[str] = (),
        overwrite: bool = False,
    ) -> list[int]: ...

    def add(
        self,
        videos: str | Path | Iterable[str | Path],
        recipe: Recipe | None = None,
        *,
        script: str | Path | None = None,
        output: str | Path | None = None,
        priority: int = 0,
        variants: Sequence[str] = (),
        overwrite: bool = False,
    ) -> int | list[int]:
        """Add a video, or several with the same settings; all of them are added or none.

        A video whose script is queued or being made already is not added again.

            queue.add("clip.mp4")                                    # clip.funscript beside it
            queue.add(["a.mp4", "b.mp4"], output="scripts", priority=5)

        Args:
            videos: One video, or several; an fsspec URL needs `script` or `output`.
            recipe: The options; None for the defaults.
            script: Where the script of one video goes; None for NAME.funscript.
            output: The folder of the scripts; None for beside each video.
            priority: Jobs with a larger one are begun first.
            variants: Names of the variants that are written as well.
            overwrite: Replace scripts that exist.

        Returns:
            The number of the job for one video, a list of numbers in order for several.

        Raises:
            VideoNotFound: A video is not there.
            OutputNotWritable: Two videos would have the same script, or a URL has no place for its own.
            FilterInvalid: There is no variant of a name.
            ValueError: Both `script` and `output` are given, or `script` for several videos.
        """
        one = isinstance(videos, (str, Path))
        named: list[str | Path] = [videos] if isinstance(videos, (str, Path)) else list(videos)
        if script is not None and (not one or output is not None):
            raise ValueError("script is for one video, and without output; output is a folder for any number")
        if variants:
            from funscribe.script.variants import find_variants

            find_variants(variants)
        common = placed(recipe or Recipe())
        orders = [
            Order(
                video=absolute(str(video)),
                script=absolute(str(script or _script_for(video, output))),
                recipe=common,
                variants=tuple(variants),
                overwrite=overwrite,
            )
            for video in named
        ]
        _check(orders)
        added = self._store().add(orders, priority=priority)
        return added[0].id if one else [each.id for each in added]

    def status(self, job: int) -> Job:
        """Return how a job stands.

            job = queue.status(7)
            print(job.state, job.progress.fraction if job.progress else 0.0)

        Raises:
            JobNotFound: There is none of that number.
        """
        store = self._store_if_there()
        if store is None:
            raise _no_queue([job])
        return store.get(job)

    def jobs(
        self, states: Iterable[State] | None = None, *, limit: int = 50, after: int | None = None
    ) -> list[Job]:
        """Return a page of the jobs in the order of their numbers.

            waiting = queue.jobs(["queued"], limit=100)
            more = queue.jobs(["queued"], limit=100, after=waiting[-1].id)

        Args:
            states: Only jobs in one of these; None for all.
            limit: How many at most.
            after: Only jobs with larger numbers.
        """
        store = self._store_if_there()
        wanted = None if states is None else tuple(states)
        return [] if store is None else store.page(states=wanted, limit=limit, after=after)

    def ids(self, states: Iterable[State] | None = None) -> list[int]:
        """Return the numbers of all jobs, or of those in some states."""
        store = self._store_if_there()
        return [] if store is None else store.ids(None if states is None else tuple(states))

    def counts(self) -> dict[State, int]:
        """Return how many jobs are in each state."""
        store = self._store_if_there()
        return dict.fromkeys(STATES, 0) if store is None else store.counts()

    def remove(self, jobs: int | Iterable[int]) -> list[int]:
        """Forget jobs, and return those; videos and scripts stay.

        Raises:
            JobNotFound: One is not there; nothing was changed.
            JobNotIdle: One is running; nothing was changed.
        """
        return self._control(jobs).remove(_numbers(jobs))

    def cancel(self, jobs: int | Iterable[int]) -> list[int]:
        """Cancel those of some jobs that wait or run, and return them.

        One that runs ends within two seconds; what it has seen of its video is kept.

        Raises:
            JobNotFound: One is not there; nothing was changed.
        """
        return self._control(jobs).cancel(_numbers(jobs))

    def retry(self, jobs: int | Iterable[int]) -> list[int]:
        """Queue those of some jobs again that failed or were cancelled, and return them.

        They go on from their last finished segment.

        Raises:
            JobNotFound: One is not there; nothing was changed.
        """
        return self._control(jobs).retry(_numbers(jobs))

    def clear(self, states: Iterable[State] = ("done",)) -> int:
        """Forget all jobs in some states, and return how many; videos and scripts stay.

        Raises:
            JobNotIdle: `running` is one of the states, and a job is.
        """
        store = self._store_if_there()
        return 0 if store is None else store.clear(tuple(states))

    def pause(self) -> None:
        """Begin no further job in any process, until `resume`; jobs that run go on to their end."""
        self._store().pause()

    def resume(self) -> None:
        """Begin jobs again."""
        self._store().resume()

    @property
    def paused(self) -> bool:
        """Whether no further job is begun."""
        store = self._store_if_there()
        return False if store is None else store.paused

    def run(
        self,
        options: RunOptions | None = None,
        *,
        on_event: Callable[[Event], None] | None = None,
        stop: threading.Event | None = None,
        **settings: Any,
    ) -> RunReport:
        """Carry out what is queued until nothing is left; other processes may do the same at the same time.

            report = queue.run(workers=2, memory_bytes=2_000_000_000)
            print(report.done, report.failed)

        Args:
            options: How; None for the defaults.
            on_event: Told, in this thread, of every job that begins, goes on or ends.
            stop: When it is set, running jobs are stopped and queued again, and this returns.
            settings: Single options by their names, such as `workers`, `memory_bytes` or `attempts`; see
                `RunOptions`.

        Raises:
            RecipeInvalid: An option is unknown, of the wrong type or out of its range.
        """
        from funscribe.jobs.runner import run

        return run(self._store(), _run_options(options, settings), on_event=on_event, stop=stop)

    def subscribe(self, callback: Tell) -> Subscription:
        """Be told of every job that changes, whichever process changes it.

            def tell(jobs):
                for job in jobs:
                    print(job.id, job.state, job.progress and job.progress.fraction)

            with queue.subscribe(tell):
                queue.run()

        Args:
            callback: Called with the jobs that have changed, in a thread of its own, at most four times a
                second; a job that has changed several times meanwhile is told once, as it is now. One that
                was removed is not told.

        Returns:
            The subscription, which ends by its `close` or with the `with` block.
        """
        subscription = Subscription(self, callback)
        self._subscriptions = [*(one for one in self._subscriptions if one.alive), subscription]
        return subscription

    def version(self) -> int:
        """Return a number that changes whenever anything changes in the queue, by any process."""
        store = self._store_if_there()
        return 0 if store is None else store.version()

    def changed(self, since: int) -> list[Job]:
        """Return the jobs that were added or have changed since a `version`, as they are now."""
        store = self._store_if_there()
        return [] if store is None else store.changed(since, _ALL)

    def _store(self) -> JobStore:
        with self._lock:
            if self._opened is None:
                self._opened = JobStore(self.path)
            return self._opened

    def _store_if_there(self) -> JobStore | None:
        """Return the store, None where no job was ever added: looking makes no file."""
        if self._opened is None and not exists(self.path):
            return None
        return self._store()

    def _control(self, jobs: int | Iterable[int]) -> JobStore:
        store = self._store_if_there()
        if store is None:
            raise _no_queue(_numbers(jobs))
        return store


def _script_for(video: str | Path, output: str | Path | None) -> Path:
    """Return where the script of a video goes by its name."""
    text = str(video)
    if "://" not in text:
        path = Path(video)
        return (Path(output) if output is not None else path.parent) / f"{path.stem}.funscript"
    if output is None:
        raise OutputNotWritable(f"{text} is no file of this machine: say where its script goes with output")
    return Path(output) / f"{PurePosixPath(text.partition('://')[2]).stem}.funscript"


def _check(orders: Iterable[Order]) -> None:
    """Refuse videos that are not there, and two videos for one script."""
    taken: dict[str, str] = {}
    for order in orders:
        if "://" not in order.video and not Path(order.video).is_file():
            raise VideoNotFound(f"{order.video} does not exist or is a folder; check the path")
        twin = taken.setdefault(order.script, order.video)
        if twin != order.video:
            raise twins(order.video, order.script, twin)


def twins(video: str, script: str, twin: str) -> OutputNotWritable:
    """The error for two videos with one script."""
    return OutputNotWritable(
        f"{video}: {script} is already the script of {twin}; choose another folder for one of them"
    )


def _run_options(options: RunOptions | None, settings: dict[str, Any]) -> RunOptions:
    from funscribe.jobs.options import RunOptions

    plain = msgspec.to_builtins(options or RunOptions())
    try:
        return msgspec.convert({**plain, **settings}, RunOptions)
    except msgspec.ValidationError as error:
        raise RecipeInvalid(f"options of a run: {error}") from error


def _numbers(jobs: int | Iterable[int]) -> list[int]:
    return [jobs] if isinstance(jobs, int) else list(jobs)


def _no_queue(jobs: Iterable[Any]) -> JobNotFound:
    told = ", ".join(map(str, jobs))
    return JobNotFound(f"there is no job {told}: the queue is empty; `funscribe batch add` fills it")
