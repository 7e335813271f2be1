"""Segments as tasks of a Ray cluster: the one place that knows Ray.

What is spread is watching, nearly all of the work. Planning and composing stay in the process that asks, and
so does keeping what was watched: the machines of the cluster need nothing but the videos and the models.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from funscribe import __version__
from funscribe.errors import DeviceLost, DeviceMissing, FunscribeError, WorkerDied
from funscribe.spread import Finished, Report, Workers, sendable

try:
    import ray
except ImportError as missing:
    raise DeviceMissing(
        "the engine ray needs Ray, which is not installed: pip install 'funscribe[ray]'"
    ) from missing

_LOGS = "FUNSCRIBE_RAY_LOGS"  # set to 1, Ray says all that it has to say
_RETRIES = 3  # of a task whose machine or process is lost
_BEFORE = 2  # tasks that wait on the cluster, so that no core there waits for us
_MOST_THREADS = 4  # of one decoder: more gain little
_GPU_SHARE = 0.5  # while one segment is decoded, the GPU looks at pictures of another
_GPUS = ("cuda", "tensorrt")
_POLL_S = 0.25
_SURVEY_S = 5.0
_STORE_BYTES = 200_000_000  # what a task returns is under a megabyte


def spread_over_ray(
    task: Callable[[Any, Report], Any],
    arguments: Sequence[Any],
    workers: Workers,
    tell: Report,
    *,
    on_wait: Callable[[], None] | None = None,
) -> list[Any]:
    """Do what `spread` does on the cluster that this process is connected to.

    A task takes as many CPUs as the decoder threads that it is given, and a share of a GPU where its model
    runs on one. Ray does it again elsewhere when its machine or process is lost. Each result is told as
    `Finished` as soon as it is there.

    Args:
        task: A function of a module that is installed on every machine of the cluster.
        arguments: One task each; each is taken from the sequence when its task begins.
        workers: Of no account: it speaks of this machine.
        tell: Called here with what the tasks report, as it comes.
        on_wait: Called now and then while no task has begun, for the cluster is busy with other things.

    Raises:
        WorkerDied: A task was lost too often.
        DeviceLost: The cluster no longer answers.
        DeviceMissing: Another version of Funscribe is installed elsewhere, or none.
        Exception: What a task raised. All others are stopped first.
    """
    try:
        return _Run(task, arguments, tell, on_wait or (lambda: None)).carry_out()
    except ray.exceptions.RayError as error:
        raise DeviceLost(f"the Ray cluster no longer answers: {_first_line(error)}; run again") from error


@contextlib.contextmanager
def connect(address: str) -> Iterator[int]:
    """Connect this process to a cluster while the block runs; yield how many CPUs it has.

    Args:
        address: `host:port` of a cluster that this machine is part of, `ray://host:port` of any other, or
            `auto`.

    Raises:
        DeviceLost: There is no cluster, or it does not let this process in.
    """
    lost = f"no Ray cluster lets this process in at {address}"
    with _session(DeviceLost, lost, address=address):
        yield count_cpus()


@contextlib.contextmanager
def serve_local(cpus: int, store_bytes: int = _STORE_BYTES) -> Iterator[str]:
    """Run a cluster of this machine alone while the block runs; yield its address.

    Args:
        cpus: CPUs that it may use.
        store_bytes: Memory for the results of tasks (bytes).

    Raises:
        DeviceMissing: It cannot be started.
    """
    lost = "no Ray cluster could be started on this machine"
    with _session(
        DeviceMissing, lost, num_cpus=cpus, object_store_memory=store_bytes, include_dashboard=False
    ):
        yield str(ray.get_runtime_context().gcs_address)


def count_cpus() -> int:
    """Return how many CPUs the cluster has that this process is connected to, 1 at least."""
    return max(1, int(_ask(ray.cluster_resources).get("CPU", 0)))


@contextlib.contextmanager
def _session(kind: type[FunscribeError], lost: str, **options: Any) -> Iterator[None]:
    loud = os.environ.get(_LOGS) == "1"
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # as it will be; else each start warns
    level = logging.INFO if loud else logging.CRITICAL
    logging.getLogger("ray").setLevel(level)
    try:
        ray.init(**options, log_to_driver=loud, configure_logging=loud, logging_level=level)
    except Exception as error:  # of many kinds: no cluster, another version, another token, no memory
        raise kind(f"{lost}: {_first_line(error)}; check it with `ray status`") from error
    try:
        yield
    finally:
        ray.shutdown()


class Counts:
    """What tasks report, gathered where it can be asked for. It lives in a process of its own."""

    def __init__(self) -> None:
        self._said: list[tuple[int, int, list[Any]]] = []

    def say(self, index: int, first: int, values: list[Any]) -> None:
        """Take in values of a task, the first of which is its n-th."""
        self._said.append((index, first, values))

    def take(self) -> list[tuple[int, int, list[Any]]]:
        """Return what was said since the last time."""
        said, self._said = self._said, []
        return said


def carry_out(
    version: str, task: Callable[[Any, Report], Any], argument: Any, index: int, counts: Any
) -> tuple[Any, Exception | None, list[Any]]:
    """Do one task, on a machine of the cluster; return its result, its failure, and all that it reported."""
    if version != __version__:
        said = f"{socket.gethostname()} has Funscribe {__version__}, and {version} asks; install the same"
        return None, DeviceMissing(said), []
    values: list[Any] = []
    told, due = 0, 0.0
    if counts is not None:
        counts.say.remote(index, 0, [])  # it has begun

    def report(value: Any) -> None:
        nonlocal told, due
        values.append(value)
        if time.monotonic() >= due:
            counts.say.remote(index, told, values[told:])
            told, due = len(values), time.monotonic() + _POLL_S

    try:
        return task(argument, report), None, values
    except Exception as error:
        return None, sendable(error), values


class _Run:
    """The tasks of one call, and how far each is."""

    def __init__(
        self,
        task: Callable[[Any, Report], Any],
        arguments: Sequence[Any],
        tell: Report,
        on_wait: Callable[[], None],
    ) -> None:
        self._task = task
        self._arguments = arguments
        self._tell = tell
        self._on_wait = on_wait
        self._told = [0] * len(arguments)
        self._results: dict[int, Any] = {}
        self._at_work: dict[Any, int] = {}
        self._begun: set[int] = set()
        self._room = _Room()

    def carry_out(self) -> list[Any]:
        if not len(self._arguments):
            return []
        counts: Any = ray.remote(num_cpus=0, max_restarts=-1)(Counts).remote()
        begin = ray.remote(max_retries=_RETRIES)(carry_out)
        waiting = deque(range(len(self._arguments)))
        news, asked = counts.take.remote(), time.monotonic()
        try:
            while waiting or self._at_work:
                while waiting and len(self._at_work) < self._room.cpus() + _BEFORE:
                    self._begin(begin, waiting.popleft(), counts)
                ready, _ = ray.wait(list(self._at_work), num_returns=1, timeout=_POLL_S)
                for reference in ready:
                    self._finish(reference)
                if time.monotonic() - asked >= _POLL_S and ray.wait([news], timeout=0)[0]:
                    self._hear(news)
                    news, asked = counts.take.remote(), time.monotonic()
                    if not self._begun.intersection(self._at_work.values()):
                        self._on_wait()
        finally:
            with contextlib.suppress(Exception):  # where the cluster is gone, so is all that ran there
                for reference in self._at_work:
                    ray.cancel(reference, force=True)
                ray.kill(counts)
        return [self._results[index] for index in range(len(self._arguments))]

    def _begin(self, begin: Any, index: int, counts: Any) -> None:
        argument = self._arguments[index]
        threads = self._room.threads(len(self._arguments))
        argument = _with_threads(argument, threads)
        options = {"num_cpus": threads, "num_gpus": _gpus(argument), "name": f"segment {index + 1}"}
        reference = begin.options(**options).remote(__version__, self._task, argument, index, counts)
        self._at_work[reference] = index

    def _finish(self, reference: Any) -> None:
        index = self._at_work.pop(reference)
        try:
            result, failure, values = ray.get(reference)
        except ray.exceptions.RayError as error:
            raise _lost(index, error) from error
        if failure is not None:
            raise failure
        self._pass_on(index, 0, values)
        self._results[index] = result
        self._tell(Finished(index, result))

    def _hear(self, news: Any) -> None:
        """Pass on what was reported. Counts lost with their machine come with the results."""
        with contextlib.suppress(ray.exceptions.RayActorError):
            for said in ray.get(news):
                self._begun.add(said[0])
                if said[0] not in self._results:
                    self._pass_on(*said)

    def _pass_on(self, index: int, first: int, values: list[Any]) -> None:
        """Tell values that were not told yet: a task that is done again reports the same ones again."""
        for value in values[max(0, self._told[index] - first) :]:
            self._tell(value)
        self._told[index] = max(self._told[index], first + len(values))


def _ask(question: Callable[..., Any]) -> Any:
    return question()  # Ray does not say what its answers are


class _Room:
    """How much the cluster can do at once; machines come and go, so it is asked now and then."""

    def __init__(self) -> None:
        self._asked = -_SURVEY_S
        self._cpus = 1
        self._largest = 1

    def cpus(self) -> int:
        """Return how many CPUs there are."""
        self._survey()
        return self._cpus

    def threads(self, tasks: int) -> int:
        """Return the decoder threads of each of so many tasks, no more than one machine has CPUs."""
        self._survey()
        return max(1, min(self._cpus // tasks, self._largest, _MOST_THREADS))

    def _survey(self) -> None:
        if time.monotonic() - self._asked < _SURVEY_S:
            return
        self._asked = time.monotonic()
        alive = [node["Resources"].get("CPU", 0) for node in _ask(ray.nodes) if node["Alive"]]
        self._cpus, self._largest = max(1, int(sum(alive))), max(1, int(max(alive, default=1)))


def _with_threads(argument: Any, threads: int) -> Any:
    """Return an argument whose decoder and model run on so many threads, as far as it has such."""
    if not hasattr(argument, "threads"):
        return argument
    model = getattr(argument, "model", None)
    changed = {} if model is None else {"model": msgspec.structs.replace(model, threads=threads)}
    return msgspec.structs.replace(argument, threads=threads, **changed)


def _gpus(argument: Any) -> float:
    model = getattr(argument, "model", None)
    return _GPU_SHARE if model is not None and model.options.device in _GPUS else 0


def _lost(index: int, error: Exception) -> Exception:
    """Return what a task that Ray gave up means: it could not be begun there, or was lost too often."""
    if isinstance(error, ray.exceptions.RayTaskError):
        return DeviceMissing(
            f"segment {index + 1} cannot be watched on the cluster ({error.cause!r}); install Funscribe "
            f"{__version__} with the same extras on each of its machines"
        )
    return WorkerDied(
        f"segment {index + 1} was lost on the cluster too often ({type(error).__name__}); machines may have "
        "gone, or too little memory: run again, finished segments are kept"
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
