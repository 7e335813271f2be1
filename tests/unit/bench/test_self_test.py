"""The self-test counts what was found and what was cried; in a cheap form, and once with real processes."""

from __future__ import annotations

import os

import numpy as np
import pytest

from funscribe.bench.comparing import Compared
from funscribe.bench.pairing import Pair, PairedCase, Pairing, judged
from funscribe.bench.probe import PLANT_VARIABLE
from funscribe.bench.self_test import PLANTED, TRIES, self_test
from funscribe.bench.sitting import Side

CASE = PairedCase("track", "tracking", "track", {"tracker": "bytetrack", "objects": 10, "frames": 200}, 4)


class NoisyMachine:
    """Compares without a process: times with noise as they have on a machine that does much beside."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(4)

    def compare(self, case: PairedCase, base: Side, new: Side, how: Pairing) -> Compared:
        slower = 1 + float(new.environment.get(PLANT_VARIABLE, 0))
        pairs = []
        for _ in range(how.most_pairs):
            wall, cpu = slower * np.exp(self.rng.normal(0, (0.12, 0.06)))
            pairs.append(Pair((1.0, float(wall)), (1.0, float(cpu)), (None, None)))
        return judged(case.name, pairs, how)


def test_on_a_noisy_machine_every_plant_is_found_and_no_wolf_cried() -> None:
    told: list[str] = []
    tried = self_test([CASE], tell=told.append, compare=NoisyMachine().compare)
    assert (tried.tries, tried.found, tried.cried) == (TRIES, TRIES, 0)
    assert tried.passed
    assert told[-1] == "20 of 20: 0 cried wolf, 20 plants found"


def test_it_fails_where_nothing_can_be_told_apart() -> None:
    def blind(case: PairedCase, base: Side, new: Side, how: Pairing) -> Compared:
        return Compared(case=case.name, verdict="no difference shown")

    assert not self_test([CASE], tries=3, compare=blind).passed


def test_it_fails_where_everything_seems_slower() -> None:
    def nervous(case: PairedCase, base: Side, new: Side, how: Pairing) -> Compared:
        return Compared(case=case.name, verdict="slower")

    tried = self_test([CASE], tries=3, compare=nervous)
    assert (tried.found, tried.cried, tried.passed) == (3, 3, False)


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("FUNSCRIBE_BENCH") != "1", reason="measures for minutes; FUNSCRIBE_BENCH=1 runs it"
)
@pytest.mark.timeout(1200)  # on a busy machine every pair takes long, and more are needed
def test_with_real_processes_a_plant_is_found_and_no_wolf_cried() -> None:
    tried = self_test([CASE], Pairing(most_pairs=32), tries=1)
    assert tried.planted == PLANTED == 0.15
    assert (tried.found, tried.cried) == (1, 0)
