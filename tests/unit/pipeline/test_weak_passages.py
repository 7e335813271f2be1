from __future__ import annotations

import numpy as np
import pytest

from funscribe.pipeline.generating import weak_passages
from funscribe.records import MotionSignal


def signal(*weak: tuple[float, float]) -> MotionSignal:
    time_s = np.arange(0, 60, 0.1)
    confidence = np.full(len(time_s), 0.8)
    for begin_s, end_s in weak:
        confidence[(time_s >= begin_s) & (time_s <= end_s)] = 0.1
    return MotionSignal(time_s, np.full(len(time_s), 0.5), confidence)


def test_a_trusted_signal_has_none():
    assert weak_passages(signal()) == ()


def test_long_passages_are_found_and_short_ones_are_not():
    (found,) = weak_passages(signal((10, 15), (30, 30.5)))
    assert found == pytest.approx((10, 15), abs=0.11)


def test_passages_close_to_each_other_are_one():
    (found,) = weak_passages(signal((10, 12), (12.5, 14)))
    assert found == pytest.approx((10, 14), abs=0.11)


@pytest.mark.parametrize("count", [0, 1])
def test_the_shortest_signals_have_none(count):
    assert weak_passages(MotionSignal(np.arange(count), np.zeros(count), np.zeros(count))) == ()
