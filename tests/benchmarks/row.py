"""One row of a benchmark: what was timed, by turns with something else, and what identifies it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture

Timed = tuple[float, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What a row gave.

    Attributes:
        made: What ours returned the last time.
        other: What the other one returned the last time; None where there is none.
        ratio: The other one's time over ours, of the medians: above 1 ours is faster; NaN without another.
    """

    made: Any
    other: Any = None
    ratio: float = float("nan")


def timed(action: Callable[[], Any]) -> Timed:
    """Return how long something took (s), and what it returned."""
    began = time.perf_counter()
    made = action()
    return time.perf_counter() - began, made


def row(
    benchmark: BenchmarkFixture,
    ours: Callable[[], Any],
    *,
    rounds: int = 3,
    warm: bool = True,
    against: Callable[[], Timed] | None = None,
    **told: Any,
) -> Row:
    """Time ours, by turns with another where there is one, so that the noise of the machine meets both.

    Args:
        benchmark: Keeps the row.
        ours: What is timed.
        rounds: How often (count).
        warm: Do it once before, untimed.
        against: Returns the seconds that the other one took, and what it gave.
        **told: What identifies the row. `frames` also gives frames a second.
    """
    mine: list[Timed] = []
    others: list[Timed] = []

    def take() -> None:
        mine.append(timed(ours))

    def take_other() -> None:
        if against is not None:
            others.append(against())

    if warm:
        ours()
    benchmark.pedantic(take, setup=take_other, rounds=rounds)
    took = median(seconds for seconds, _ in mine)
    ratio = median(seconds for seconds, _ in others) / took if others else float("nan")
    benchmark.extra_info.update(told)
    if "frames" in told:
        benchmark.extra_info["frames_per_s"] = round(told["frames"] / took, 2)
    if others:
        benchmark.extra_info["ratio"] = round(ratio, 4)
    return Row(mine[-1][1], others[-1][1] if others else None, ratio)
