"""The estimator: what it says of timings whose ratio is known, on a machine that is made up to be noisy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from funscribe.bench.comparing import (
    FEWEST_PAIRS,
    Interval,
    decide,
    is_settled,
    paired_interval,
    unpaired_interval,
)

TRIES = 20


def noisy(ratio: float, count: int, seed: int, spread: float = 0.08) -> list[float]:
    """Ratios of pairs: normal noise, and one pair in ten that went quite wrong."""
    rng = np.random.default_rng(seed)
    logs = rng.normal(math.log(ratio), spread, count)
    wrong = rng.uniform(size=count) < 1 / 10
    return list(np.exp(logs + wrong * rng.normal(0, 0.3, count)))


def test_a_planted_slowdown_is_found_and_no_wolf_is_cried() -> None:
    for seed in range(TRIES):
        slowed, alike = (paired_interval(noisy(ratio, 32, seed)) for ratio in (1.15, 1.0))
        assert decide(slowed, None) == "slower", seed
        assert decide(alike, None) == "no difference shown", seed


def test_what_became_faster_is_told() -> None:
    assert decide(paired_interval(noisy(0.8, 32, 1)), None) == "faster"


def test_a_difference_under_the_threshold_is_none() -> None:
    assert decide(paired_interval(noisy(1.03, 60, 1, 0.01)), None) == "no difference shown"
    assert decide(paired_interval(noisy(1.03, 60, 1, 0.01)), None, threshold=0.01) == "slower"


def test_waiting_is_found_by_wall_time_and_work_by_that_of_the_cores() -> None:
    slow, wide, same = Interval(1.2, 1.1, 1.3), Interval(1.1, 0.7, 1.6), Interval(1.0, 0.98, 1.02)
    fast = Interval(0.7, 0.6, 0.8)
    assert decide(slow, same) == "slower"
    assert decide(wide, slow) == "slower"
    assert decide(fast, slow) == "faster"
    assert decide(wide, None) == "no difference shown"


def test_it_ends_when_more_pairs_would_change_nothing() -> None:
    slow, wide, same = Interval(1.2, 1.1, 1.3), Interval(1.1, 0.7, 1.6), Interval(1.0, 0.98, 1.02)
    assert not is_settled(slow, slow, FEWEST_PAIRS - 1)
    assert is_settled(slow, wide, FEWEST_PAIRS)
    assert is_settled(wide, same, FEWEST_PAIRS)
    assert not is_settled(wide, wide, FEWEST_PAIRS)
    assert not is_settled(Interval(1.04, 1.0, 1.08), None, FEWEST_PAIRS)


def test_the_interval_is_around_the_estimate_and_the_same_every_time() -> None:
    ratios = noisy(1.1, 16, 3)
    found = paired_interval(ratios)
    assert found.low < found.ratio < found.high
    assert found == paired_interval(ratios)
    one = paired_interval([1.5])
    assert (one.low, one.high) == pytest.approx((1.5, 1.5))


def test_a_pair_that_went_wrong_hardly_moves_the_estimate() -> None:
    ratios = [1.0, 1.01, 0.99, 1.0, 1.02, 0.98, 1.0, 40.0]
    assert paired_interval(ratios).ratio == pytest.approx(1.0, abs=0.02)


def test_samples_that_were_not_taken_in_turns() -> None:
    rng = np.random.default_rng(0)
    base, slow = rng.normal(1, 0.02, 9), rng.normal(1.3, 0.02, 7)
    assert decide(unpaired_interval(base.tolist(), slow.tolist()), None) == "slower"
    assert decide(unpaired_interval(base.tolist(), base.tolist()), None) == "no difference shown"


@pytest.mark.parametrize("wrong", [[], [0.0], [-1.0], [math.nan], [1.0, math.inf]])
def test_what_is_no_ratio_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="positive numbers"):
        paired_interval(wrong)
    with pytest.raises(ValueError, match="positive numbers"):
        unpaired_interval([1.0], wrong)
