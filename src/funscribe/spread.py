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
from typing import Any, TypeVar

from funscribe.errors import WorkerDied

A = TypeVar("A")
Report = Callable[[Any], None]
_STOP_S = 1.0


def spread(task: Callable[[A, Report], Any], arguments: Sequence[A], workers: int, tell: Report) -> list[Any]:
    """Run `task(argument, report)` for every argument and return the results, in order.

    Args:
        task: A function of a module (it is found by its name in the worker); it may call `report`.
        arguments: One task each.
        workers: Processes at most; with 1 the tasks run here, in this process.
        tell: Called here with what the tasks report, as it comes.

    Raises:
        WorkerDied: A worker ended without an answer.
        Exception: What a task raised. All other workers are stopped first.
    """
    if workers <= 1 or len(arguments) <= 1:
        return [task(argument, tell) for argument in arguments]
    return _run_apart(task, arguments, min(workers, len(arguments)), tell)


def _run_apart(
    task: Callable[[A, Report], Any], arguments: Sequence[A], workers: int, tell: Report
) -> list[Any]:
    results: dict[int, Any] = {}
    crew: dict[Connection, BaseProcess] = {}
    at_work: dict[Connection, int] = {}
    waiting = iter(enumerate(arguments))
    try:
        for _ in range(workers):
            connection, process = _start(task)
            crew[connection] = process
            _assign(connection, process, waiting, at_work)
        while at_work:
            ready = wait(list(at_work))
            for connection in [other for other in at_work if other in ready]:
                kind, value = _hear(connection, crew[connection])
                if kind == "failed":
                    raise value
                if kind == "value":
                    tell(value)
                else:
                    results[at_work.pop(connection)] = value
                    _assign(connection, crew[connection], waiting, at_work)
    finally:
        _stop(crew)
    return [results[index] for index in range(len(arguments))]


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


def _assign(
    connection: Connection, process: BaseProcess, waiting: Any, at_work: dict[Connection, int]
) -> None:
    following = next(waiting, None)
    if following is None:
        return
    at_work[connection] = following[0]
    try:
        connection.send(following[1])
    except (BrokenPipeError, ConnectionResetError) as error:
        raise _died(process) from error


def _hear(connection: Connection, process: BaseProcess) -> tuple[str, Any]:
    try:
        kind, value = connection.recv()
    except (EOFError, ConnectionResetError) as error:
        raise _died(process) from error
    return kind, value


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
                connection.send(("failed", _sendable(error)))
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
        return "failed", _sendable(error)


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
