"""Whether a comparison on this machine finds what it must and cries no wolf: planted slowdowns, and none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from funscribe.bench.comparing import Compared
from funscribe.bench.pairing import PairedCase, Pairing, compare_case
from funscribe.bench.probe import PLANT_VARIABLE
from funscribe.bench.sitting import Side

TRIES = 20
PLANTED = 0.15


class Tried(Struct, frozen=True):
    """What the self-test found.

    Attributes:
        tries: How often each was tried.
        found: In how many tries the planted slowdown was told.
        cried: In how many tries a difference was told where there was none.
        planted: How much slower the planted side was (share).
        alike: The comparisons of A against A.
        slowed: Those with a planted slowdown.
    """

    tries: int
    found: int
    cried: int
    planted: float
    alike: tuple[Compared, ...]
    slowed: tuple[Compared, ...]

    @property
    def passed(self) -> bool:
        """Whether every plant was found and no wolf was cried."""
        return self.found == self.tries and self.cried == 0


Compare = Callable[[PairedCase, Side, Side, Pairing], Compared]


def self_test(
    cases: Sequence[PairedCase],
    how: Pairing | None = None,
    tries: int = TRIES,
    tell: Callable[[str], None] | None = None,
    compare: Compare = compare_case,
) -> Tried:
    """Compare this package with itself, as it is and with a slowdown planted into the new side.

    Args:
        cases: Taken in turns, one a try.
        how: Threshold and number of pairs.
        tries: How often each is tried.
        tell: Called after each try.
        compare: Compares a case.
    """
    how = how or Pairing()
    alike: list[Compared] = []
    slowed: list[Compared] = []
    planted = Side("new", environment={PLANT_VARIABLE: str(PLANTED)})
    for number in range(tries):
        case = cases[number % len(cases)]
        alike.append(compare(case, Side("base"), Side("new"), how))
        slowed.append(compare(case, Side("base"), planted, how))
        if tell is not None:
            tell(f"{number + 1} of {tries}: {_cried(alike)} cried wolf, {_found(slowed)} plants found")
    return Tried(tries, _found(slowed), _cried(alike), PLANTED, tuple(alike), tuple(slowed))


def _found(compared: Sequence[Compared]) -> int:
    return sum(one.verdict == "slower" for one in compared)


def _cried(compared: Sequence[Compared]) -> int:
    return sum(one.verdict in ("slower", "faster") for one in compared)
