"""Spreads tasks over worker processes: bounded, every failure told, nothing left running.

A process pool of the standard library cannot tell progress nor stop a task that runs; this does both.
Workers are spawned, not forked, so that they behave alike on every system.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any, NamedTuple, Protocol, TypeVar

from funscribe.errors import WorkerDied

A = TypeVar("A")
Report = Callable[[Any], None]
Workers = int | Callable[[], int]
_STOP_S = 1.0
_ASK_S = 0.5  # how often the number of workers is asked for while nothing else happens


class Finished(NamedTuple):
    """What a stand-in for `spread` may tell besides: the result of a task as soon as it is there.

    Attributes:
        at: Which argument it is of.
        result: What the task returned.
    """

    at: int
    result: Any


class Spread(Protocol):
    """What carries out tasks: `spread`, or a stand-in for it that has other machines do them.

    A stand-in may begin a task anew elsewhere, for tasks are told nothing but their argument. It may tell
    `Finished` for each result as it comes, so that what is done is kept should the rest fail.
    """

    def __call__(
        self, task: Callable[[A, Report], Any], arguments: Sequence[A], workers: Workers, tell: Report
    ) -> list[Any]:
        """Do what `spread` does."""
        ...


def spread(
    task: Callable[[A, Report], Any], arguments: Sequence[A], workers: Workers, tell: Report
) -> list[Any]:
    """Run `task(argument, report)` for every argument and return the results, in order.

    Args:
        task: A function of a module (it is found by its name in the worker); it may call `report`.
        arguments: One task each; each is taken from the sequence when its task begins.
        workers: Processes at most; with 1 the tasks run here, in this process. A callable is asked again and
            again, so it must be quick: more processes are started when it grants more, even if the first
            tasks ran here; when it grants fewer, some get no further task and end.
        tell: Called here with what the tasks report, as it comes.

    Raises:
        WorkerDied: A worker ended without an answer.
        Exception: What a task raised. All other workers are stopped first.
    """
    results: list[Any] = []
    while len(results) < len(arguments):
        granted = workers() if callable(workers) else workers
        if min(granted, len(arguments) - len(results)) > 1:
            return results + _Crew(task, arguments, workers, tell).run(len(results))
        results.append(task(arguments[len(results)], tell))
    return results


class _Crew:
    """Worker processes and what each of them is at."""

    def __init__(
        self, task: Callable[[A, Report], Any], arguments: Sequence[A], workers: Workers, tell: Report
    ) -> None:
        self._task = task
        self._arguments = arguments
        self._workers = workers
        self._tell = tell
        self._there: dict[Connection, BaseProcess] = {}
        self._at_work: dict[Connection, int] = {}
        self._next = 0
        self._results: dict[int, Any] = {}

    def run(self, first: int) -> list[Any]:
        """Do the tasks from `first` on and return their results."""
        self._next = first
        patience_s = _ASK_S if callable(self._workers) else None
        try:
            while self._fill():
                ready = wait(list(self._at_work), patience_s)
                for connection in [other for other in self._at_work if other in ready]:
                    self._hear(connection)
        finally:
            _stop(self._there)
        return [self._results[index] for index in range(first, len(self._arguments))]

    def _fill(self) -> bool:
        """Give every worker that is granted a task, send the others away, and tell whether any is at work."""
        granted = max(1, self._workers() if callable(self._workers) else self._workers)
        for connection in [idle for idle in self._there if idle not in self._at_work]:
            if len(self._there) > granted or self._next >= len(self._arguments):
                _stop({connection: self._there.pop(connection)})
            else:
                self._assign(connection)
        while len(self._there) < granted and self._next < len(self._arguments):
            connection, process = _start(self._task)
            self._there[connection] = process
            self._assign(connection)
        return bool(self._at_work)

    def _assign(self, connection: Connection) -> None:
        argument = self._arguments[self._next]
        self._at_work[connection] = self._next
        self._next += 1
        try:
            connection.send(argument)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _died(self._there[connection]) from error

    def _hear(self, connection: Connection) -> None:
        try:
            kind, value = connection.recv()
        except (EOFError, ConnectionResetError) as error:
            raise _died(self._there[connection]) from error
        if kind == "failed":
            raise value
        if kind == "value":
            self._tell(value)
        else:
            self._results[self._at_work.pop(connection)] = value


def _start(task: Callable[..., Any]) -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, task), daemon=True, name="funscribe-worker")
    with nameless_main():
        process.start()
    theirs.close()
    return ours, process


@contextmanager
def nameless_main() -> Iterator[None]:
    """Keep a new process from running the user's script again.

    A spawned process imports the script it was started from, to find functions in it. Tasks live in modules,
    so it need not, and a script without the `if __name__ == "__main__"` guard works, as one typed in does.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _died(process: BaseProcess) -> WorkerDied:
    process.join(_STOP_S)
    return WorkerDied(
        f"a worker process ended without an answer ({how_it_ended(process)}); it may have run out of memory: "
        "run again with --workers 1, finished segments are kept"
    )


def how_it_ended(process: BaseProcess) -> str:
    """Return in words how a process ended: by which signal, or with which exit status."""
    code = process.exitcode
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


def _stop(crew: dict[Connection, BaseProcess]) -> None:
    for connection, process in crew.items():
        connection.close()
        process.kill()
    for process in crew.values():
        process.join()
        process.close()


def _serve(connection: Connection, task: Callable[..., Any]) -> None:
    """Do tasks until the other end is closed. The main loop of a worker process."""
    # Ctrl-C reaches the whole group; the parent alone decides what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, name="funscribe-parent", daemon=True).start()
    try:
        while True:
            argument = connection.recv()
            outcome = _outcome(task, argument, connection)
            try:
                connection.send(outcome)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except Exception as error:  # a result that cannot be sent is a failure of its task
                connection.send(("failed", sendable(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)  # the parent is gone: nobody is left to tell


def end_with_parent() -> None:
    """End this process as soon as its parent has ended, whatever a task is at."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)


def _outcome(task: Callable[..., Any], argument: Any, connection: Connection) -> tuple[str, Any]:
    try:
        return "done", task(argument, lambda value: connection.send(("value", value)))
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:
        return "failed", sendable(error)


def sendable(error: Exception) -> Exception:
    """Return an error as it can be sent to another process: itself, or one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
