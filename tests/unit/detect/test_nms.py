"""Of boxes that overlap within a class, the surest stays: exactly as the greedy rule says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.detect.nms import suppress


def greedy(xyxy: Any, score: Any, class_id: Any, threshold: float, limit: int = 10_000) -> list[int]:
    """The rule itself, box by box, in float64."""
    kept: list[int] = []
    for i in sorted(range(len(xyxy)), key=lambda i: (-score[i], i)):
        if len(kept) == limit:
            break
        for j in kept:
            if class_id[i] == class_id[j] and overlap(xyxy[i].tolist(), xyxy[j].tolist()) > threshold:
                break
        else:
            kept.append(i)
    return kept


def overlap(a: list[float], b: list[float]) -> float:
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - wide * high
    return wide * high / max(whole, 1e-9)


def boxes(seed: int, count: int, spread: float, classes: int = 3) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, spread, (count, 2))
    xyxy = np.concatenate([corner, corner + rng.uniform(1, 60, (count, 2))], 1)
    # Few values, so that many scores are equal.
    return xyxy, rng.integers(0, 20, count) / 20, rng.integers(0, classes, count)


@given(
    st.integers(0, 10_000), st.integers(0, 400), st.sampled_from([5.0, 80.0, 1000.0]), st.floats(0.05, 1.0)
)
def test_it_is_the_greedy_rule(seed: int, count: int, spread: float, threshold: float) -> None:
    xyxy, score, class_id = boxes(seed, count, spread)
    assert suppress(xyxy, score, class_id, threshold, count + 1).tolist() == greedy(
        xyxy, score, class_id, threshold
    )


def test_five_thousand_boxes_are_judged_and_the_surest_stay() -> None:
    xyxy, score, class_id = boxes(1, 5000, 2000.0)
    kept = suppress(xyxy, score, class_id, 0.5, 300)
    assert kept.tolist() == greedy(xyxy, score, class_id, 0.5, 300)


def test_a_box_of_another_class_stays() -> None:
    xyxy = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10.0]])
    kept = suppress(xyxy, np.array([0.5, 0.9, 0.7]), np.array([0, 1, 1]), 0.5, 10)
    assert kept.tolist() == [1, 0]


def test_what_a_suppressed_box_covers_stays() -> None:
    # The second falls to the first; the third only overlaps the second.
    xyxy = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10.0]])
    kept = suppress(xyxy, np.array([0.9, 0.8, 0.7]), np.zeros(3, int), 0.3, 10)
    assert kept.tolist() == [0, 2]


@pytest.mark.parametrize("limit", [1, 2, 128, 129])
def test_no_more_stay_than_wanted(limit: int) -> None:
    corner = np.arange(200.0)[:, None] * [20, 0]
    xyxy = np.concatenate([corner, corner + 10], 1)
    score = np.linspace(1, 0, 200)
    assert suppress(xyxy, score, np.zeros(200, int), 0.5, limit).tolist() == list(range(limit))


def test_no_boxes_are_no_boxes() -> None:
    none = suppress(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int), 0.5, 10)
    assert none.shape == (0,)
    assert np.zeros((0, 4))[none].shape == (0, 4)
