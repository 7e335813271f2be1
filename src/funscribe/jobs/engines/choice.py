"""Which engine carries out the segments of the jobs of a run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from funscribe.jobs.engines.helper import jobs_at_once, reach
from funscribe.jobs.options import RunOptions
from funscribe.spread import Report, Spread, Workers


@contextlib.contextmanager
def settled(options: RunOptions, cores: int) -> Iterator[RunOptions]:
    """Yield options that say where the engine is, and how many jobs it is for; it runs while the block does.

    Args:
        options: What was asked for.
        cores: Cores of this machine that may be used.

    Raises:
        DeviceMissing: What the engine needs is not installed, or cannot be started.
        DeviceLost: It is not where it was said to be.
    """
    if options.engine == "local":
        yield options
        return
    with reach(options.address, cores) as cluster:
        workers = options.workers or jobs_at_once(cluster.cpus, cores)
        yield msgspec.structs.replace(options, address=cluster.address, workers=workers)


def spread_of(engine: str, address: str | None, on_wait: Callable[[], None]) -> Spread | None:
    """Return what carries out segments, None for processes of this machine.

    The cluster is connected to when there is something to watch, and let go before the script is composed.

    Args:
        engine: `local` or `ray`.
        address: Where the cluster is; None is what Ray finds by itself.
        on_wait: Called now and then while the cluster is busy with other things.
    """
    if engine == "local":
        return None

    def spread_over(
        task: Callable[[Any, Report], Any], arguments: Sequence[Any], workers: Workers, tell: Report
    ) -> list[Any]:
        if not len(arguments):
            return []
        from funscribe.jobs.engines.cluster import connect, spread_over_ray  # only now, for it takes a second

        with connect(address or "auto"):
            return spread_over_ray(task, arguments, workers, tell, on_wait=on_wait)

    return spread_over
