"""The pairs of a comparison: two processes at a time, at work in turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from funscribe.bench.comparing import (
    FEWEST_PAIRS,
    THRESHOLD,
    Compared,
    Interval,
    decide,
    is_settled,
    paired_interval,
)
from funscribe.bench.sitting import NotMeasured, Settings, Side, Sitting, Took

MOST_PAIRS = 32
_LOOK_EVERY = 2  # pairs


@dataclass(frozen=True, slots=True)
class PairedCase:
    """A case of a comparison.

    Attributes:
        name: What it is called by.
        what: What is measured, in words.
        work: Name of the function of `probe`.
        settings: Its arguments.
        units: Units of each process of a pair, an even number; those of whole programs need fewer, for each
            unit is a fresh process by itself.
    """

    name: str
    what: str
    work: str
    settings: Settings
    units: int = 4


@dataclass(frozen=True, slots=True)
class Pairing:
    """How a comparison is made.

    Attributes:
        threshold: Share by which a time must differ to count (0..1).
        most_pairs: Pairs after which it ends without a verdict.
        fewest_pairs: Pairs before which it has none.
        seed: Of the resampling.
    """

    threshold: float = THRESHOLD
    most_pairs: int = MOST_PAIRS
    fewest_pairs: int = FEWEST_PAIRS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """What the two processes of a pair took: medians of their units, and their peak memory."""

    wall_s: tuple[float, float]
    cpu_s: tuple[float, float]
    peak_mb: tuple[float | None, float | None]


Tell = Callable[[str], None]


def compare_case(
    case: PairedCase, base: Side, new: Side, how: Pairing | None = None, tell: Tell | None = None
) -> Compared:
    """Compare a case of two sides; pairs are added until the answer is settled or there are enough.

    Args:
        case: What is measured.
        base: The side that is compared with.
        new: The side in question.
        how: Threshold and number of pairs.
        tell: Told after each pair what is known so far.
    """
    how = how or Pairing()
    pairs: list[Pair] = []
    try:
        while len(pairs) < how.most_pairs:
            pairs.append(measure_pair(case, base, new, swapped=len(pairs) % 2 == 1))
            if tell is not None:
                tell(f"{case.name}: {len(pairs)} pairs")
            if len(pairs) % _LOOK_EVERY == 0 and _is_enough(pairs, how):
                break
    except NotMeasured as error:
        return Compared(case=case.name, verdict="not measured", why_not=str(error))
    return judged(case.name, pairs, how)


def measure_pair(case: PairedCase, base: Side, new: Side, *, swapped: bool) -> Pair:
    """Measure one pair of processes.

    Both are started and warmed up first: one unit fills the caches and is not counted. `swapped` lets the new
    side go first, in starting as well.

    Raises:
        NotMeasured: One of the sides does not have the case.
        WorkerDied: A process ended without an answer.
    """
    sides = (new, base) if swapped else (base, new)
    with ExitStack() as stack:
        sittings = [stack.enter_context(Sitting(case.work, case.settings, side)) for side in sides]
        for side, sitting in zip(sides, sittings, strict=True):
            _ready(side, sitting)
        took: tuple[list[Took], list[Took]] = ([], [])
        for index in range(case.units):
            turn = (0, 1) if index % 2 == 0 else (1, 0)
            for which in turn:
                took[which].append(sittings[which].unit())
        peaks = [sitting.finish() for sitting in sittings]
    first, second = (1, 0) if swapped else (0, 1)
    wall, cpu = (
        [median(getattr(unit, name) for unit in side) for side in took] for name in ("wall_s", "cpu_s")
    )
    return Pair((wall[first], wall[second]), (cpu[first], cpu[second]), (peaks[first], peaks[second]))


def judged(name: str, pairs: Sequence[Pair], how: Pairing) -> Compared:
    """Return what pairs show; at least one."""
    wall, cpu = _intervals(pairs, how)
    # Fewer pairs than are asked for are those of a bound that the user set: told, and no verdict.
    enough = len(pairs) >= min(how.fewest_pairs, FEWEST_PAIRS)
    base_mb, new_mb = ([pair.peak_mb[side] for pair in pairs] for side in (0, 1))
    known = [(b, n) for b, n in zip(base_mb, new_mb, strict=True) if b and n]
    return Compared(
        case=name,
        verdict=decide(wall, cpu, how.threshold) if enough else "no difference shown",
        pairs=len(pairs),
        wall=wall,
        cpu=cpu,
        memory=paired_interval([n / b for b, n in known], how.seed) if known else None,
        base_s=median(pair.wall_s[0] for pair in pairs),
        new_s=median(pair.wall_s[1] for pair in pairs),
        base_mb=median(b for b, _ in known) if known else None,
        new_mb=median(n for _, n in known) if known else None,
    )


def _intervals(pairs: Sequence[Pair], how: Pairing) -> tuple[Interval, Interval | None]:
    wall = paired_interval([pair.wall_s[1] / pair.wall_s[0] for pair in pairs], how.seed)
    used = all(min(pair.cpu_s) > 0 for pair in pairs)  # a clock may be too coarse for a short unit
    cpu = paired_interval([pair.cpu_s[1] / pair.cpu_s[0] for pair in pairs], how.seed) if used else None
    return wall, cpu


def _is_enough(pairs: Sequence[Pair], how: Pairing) -> bool:
    if len(pairs) < how.fewest_pairs:
        return False
    return is_settled(*_intervals(pairs, how), len(pairs), how.threshold)


def _ready(side: Side, sitting: Sitting) -> None:
    try:
        sitting.wait_ready()
        sitting.unit()
    except NotMeasured as error:
        raise NotMeasured(f"{side.name}: {error}" if side.name else str(error)) from error
