"""A process beside the runner that knows the cluster, so that the runner need not and stays small."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import secrets
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from funscribe.errors import DeviceLost
from funscribe.spread import how_it_ended, nameless_main, sendable

_START_S = 120.0  # a cluster begins in some seconds, on a busy machine in more
_STOP_S = 15.0
_TO_A_CORE = 2


class Cluster(NamedTuple):
    """A cluster that can be connected to.

    Attributes:
        address: Where.
        cpus: CPUs that it has.
    """

    address: str
    cpus: int


@contextlib.contextmanager
def reach(address: str | None, cores: int) -> Iterator[Cluster]:
    """Find a cluster, or run one of this machine alone while the block runs.

    Args:
        address: Where it is; None starts one.
        cores: Cores that one of this machine may use.

    Raises:
        DeviceMissing: Ray is not installed, or cannot be started.
        DeviceLost: There is no cluster at the address.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_hold, args=(theirs, address, cores), name="funscribe-cluster")
    with contextlib.ExitStack() as stack:
        if address is None:
            stack.enter_context(_own_token())
        with nameless_main():
            process.start()
        theirs.close()
        stack.callback(_end, ours, process)
        yield _answer(ours, process)


def _end(ours: Connection, process: BaseProcess) -> None:
    ours.close()  # that is its sign to end, and to end the cluster that it has started
    process.join(_STOP_S)
    process.kill()
    process.join()
    process.close()


@contextlib.contextmanager
def _own_token() -> Iterator[None]:
    """Let nobody else into a cluster of ours: processes that are started meanwhile know its token.

    Ray would keep one in the user's home for ever.
    """
    ours = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    if "RAY_AUTH_MODE" in os.environ:  # the user has decided
        ours = {}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


def jobs_at_once(cpus: int, cores: int) -> int:
    """Return how many jobs are worked on at a time where a cluster watches.

    Short videos have a segment or two, so as many jobs as the cluster has CPUs fill it even with those. Each
    has a process here, which waits most of the time, and composes at its end: two of them to a core of this
    machine are as many as it can serve.

    Args:
        cpus: CPUs of the cluster.
        cores: Cores of this machine.
    """
    return max(1, min(cpus, _TO_A_CORE * cores))


def _answer(connection: Connection, process: BaseProcess) -> Cluster:
    try:
        if not connection.poll(_START_S):
            raise DeviceLost(
                f"no Ray cluster has answered for {_START_S:g} s; check that it runs (`ray status`)"
            )
        answer: Any = connection.recv()
    except (EOFError, ConnectionResetError) as error:
        process.join(1.0)
        raise DeviceLost(
            f"the process that knows the Ray cluster has ended ({how_it_ended(process)}); run again"
        ) from error
    if isinstance(answer, Exception):
        raise answer
    return Cluster(*answer)


def _hold(connection: Connection, address: str | None, cores: int) -> None:
    """Tell of a cluster, and keep what was started until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runner alone decides what happens then
    try:
        with _found(address, cores) as cluster:
            connection.send(tuple(cluster))
            if address is None:
                with contextlib.suppress(EOFError, OSError):
                    connection.recv()
    except Exception as error:
        with contextlib.suppress(OSError):
            connection.send(sendable(error))


@contextlib.contextmanager
def _found(address: str | None, cores: int) -> Iterator[Cluster]:
    from funscribe.jobs.engines.cluster import connect, serve_local

    if address is None:
        with serve_local(cores) as started:
            yield Cluster(started, cores)
    else:
        with connect(address) as cpus:
            yield Cluster(address, cpus)
