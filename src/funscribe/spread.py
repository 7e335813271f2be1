"""Spreads tasks over worker processes: bounded, every failure told, nothing left running.

A process pool of the standard library cannot tell progress nor stop a task that runs; this does both.
Workers are spawned, not forked, so that they behave alike on every system.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
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
            _assign(connection, waiting, at_work)
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
                    _assign(connection, waiting, at_work)
    finally:
        _stop(crew)
    return [results[index] for index in range(len(arguments))]


def _start(task: Callable[..., Any]) -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, task), daemon=True, name="funscribe-worker")
    process.start()
    theirs.close()
    return ours, process


def _assign(connection: Connection, waiting: Any, at_work: dict[Connection, int]) -> None:
    following = next(waiting, None)
    if following is not None:
        at_work[connection] = following[0]
        connection.send(following[1])


def _hear(connection: Connection, process: BaseProcess) -> tuple[str, Any]:
    try:
        kind, value = connection.recv()
    except (EOFError, ConnectionResetError) as error:
        process.join(_STOP_S)
        code = process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
        raise WorkerDied(
            f"a worker process ended without an answer ({how}); it may have run out of memory: "
            "run again with --workers 1, finished segments are kept"
        ) from error
    return kind, value


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
    try:
        while True:
            argument = connection.recv()
            connection.send(_outcome(task, argument, connection))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)  # the parent is gone: nobody is left to tell


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
