"""Pairing tracks with boxes: the cheapest below a limit, whichever way it is solved."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from funscribe import boxes
from funscribe.track import assign
from funscribe.track.assign import Looks, Overlaps, Some, overlap, pair, pair_alike, pair_listed, touching


def _scatter(count: int, seed: int, spread: float = 400.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, spread, (count, 2))
    return np.hstack([low, low + rng.uniform(5, 80, (count, 2))])


def _extended(cost: np.ndarray, limit: float) -> set[tuple[int, int]]:
    """Solve the square problem in which leaving a row and a column alone costs half the limit each."""
    rows, columns = cost.shape
    square = np.full((rows + columns, rows + columns), limit / 2)
    square[rows:, columns:] = 0
    square[:rows, :columns] = cost
    found = zip(*linear_sum_assignment(square), strict=True)
    return {(i, j) for i, j in found if i < rows and j < columns}


def _listed(pairs: tuple[np.ndarray, np.ndarray]) -> set[tuple[int, int]]:
    return set(zip(*(part.tolist() for part in pairs), strict=True))


def test_overlap_is_the_iou_of_boxes() -> None:
    a, b = _scatter(20, 1), _scatter(31, 2)
    np.testing.assert_allclose(overlap(a, b), boxes.iou(a, b), atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 1), (6, 6), (3, 9), (9, 3), (40, 37)])
def test_pairs_are_those_of_the_extended_problem(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    for limit in (0.2, 0.5, 0.8):
        cost = rng.uniform(0, 1, shape)
        assert _listed(pair(cost, limit)) == _extended(cost, limit)


def test_a_pair_is_left_out_for_two_worse_ones_only_if_they_are_worth_more() -> None:
    cost = np.array([[0.1, 0.45], [0.45, 2.0]])
    assert _listed(pair(cost, 0.5)) == {(0, 0)}  # 0.4 saved, against 0.05 twice
    assert _listed(pair(cost, 0.9)) == {(0, 1), (1, 0)}  # 0.45 twice, against 0.8


def test_listed_pairs_give_the_same_as_the_whole_matrix() -> None:
    rng = np.random.default_rng(4)
    cost = np.where(rng.uniform(size=(50, 60)) < 0.1, rng.uniform(0, 1, (50, 60)), 1.0)
    rows, columns = np.nonzero(cost < 1)
    found = pair_listed(rows, columns, 1 - cost[rows, columns], 0.3, cost.shape)
    assert _listed(found) == _listed(pair_alike(1 - cost, 0.3)) != set()


def test_touching_finds_each_overlapping_pair_once() -> None:
    a, b = _scatter(700, 5, 3000), _scatter(600, 6, 3000)
    shared = boxes.iou(a, b)
    rows, columns, found = touching(a, b)
    assert len(rows) == len(_listed((rows, columns))) == np.count_nonzero(shared)
    np.testing.assert_allclose(found, shared[rows, columns])


@pytest.mark.parametrize("extra", ["plain", "weight", "some", "classes", "looks"])
def test_many_boxes_are_paired_as_few_are(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    tracks = _scatter(120, 8)
    found = tracks[rng.permutation(120)[:100]] + rng.normal(0, 4, (100, 4))
    unit = rng.normal(size=(220, 8))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    classes = (rng.integers(0, 2, 120), rng.integers(0, 2, 100)) if extra == "classes" else None
    weight = rng.uniform(0.5, 1, 100) if extra != "plain" else None
    some = Some(rng.permutation(120)[:90], rng.permutation(100)[:80], weight)
    some = some if extra in ("some", "looks") else Some(weight=weight)
    looks = Looks(unit[:120], unit[120:], 0.2, 0.4) if extra == "looks" else None
    dense = Overlaps(tracks, found, classes).pair(0.2, some, looks)
    monkeypatch.setattr(assign, "MANY", 0)
    assert _listed(Overlaps(tracks, found, classes).pair(0.2, some, looks)) == _listed(dense) != set()


def test_those_that_nearly_coincide_are_told_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = _scatter(40, 11)
    near = boxes + np.random.default_rng(12).normal(0, 1, boxes.shape)
    some, others = np.array([3, 17, 5]), np.array([5, 30, 3, 8])
    assert _listed(Overlaps(boxes, near).above(0.6, some, others)) == {(0, 2), (2, 0)}
    assert _listed(Overlaps(boxes, near).above(0.6, some[:0], others)) == set()
    monkeypatch.setattr(assign, "MANY", 0)
    assert _listed(Overlaps(boxes, near).above(0.6, some, others)) == {(0, 2), (2, 0)}


def test_nothing_pairs_with_nothing() -> None:
    none, some = np.zeros((0, 4)), _scatter(3, 9)
    for a, b in ((none, some), (some, none), (none, none)):
        assert _listed(Overlaps(a, b).pair(0.2)) == set()
    assert _listed(pair(np.zeros((0, 3)), 0.2)) == set()
    empty = np.zeros(0, np.intp)
    assert _listed(pair_listed(empty, empty, np.zeros(0), 0.2, (4, 4))) == set()


def test_who_takes_no_part_is_not_paired() -> None:
    boxes = _scatter(4, 10)
    some = Some(np.array([3, 0, 2]), np.array([0, 1, 3]))
    assert _listed(Overlaps(boxes, boxes).pair(0.2, some)) == {(0, 0), (3, 3)}


def test_different_classes_never_pair() -> None:
    some = _scatter(4, 10)
    overlaps = Overlaps(some, some, (np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0])))
    assert _listed(overlaps.pair(0.2)) == {(0, 0), (2, 2)}


def test_appearance_decides_between_boxes_that_both_overlap() -> None:
    tracks = np.array([[0.0, 0, 10, 10], [2, 0, 12, 10]])
    found = np.array([[0.8, 0, 10.8, 10], [1.2, 0, 11.2, 10]])
    overlaps, looks = Overlaps(tracks, found), Looks(np.eye(2), np.eye(2)[::-1], 0.5, 0.25)
    assert _listed(overlaps.pair(0.2)) == {(0, 0), (1, 1)}
    assert _listed(overlaps.pair(0.2, looks=looks)) == {(0, 1), (1, 0)}


def test_appearance_does_not_reach_a_box_far_away() -> None:
    here, there = np.array([[0.0, 0, 10, 10]]), np.array([[50.0, 0, 60, 10]])
    looks = Looks(np.ones((1, 1)), np.ones((1, 1)))
    assert _listed(Overlaps(here, there).pair(0.2, looks=looks)) == set()


def test_looks_do_not_bring_in_who_takes_no_part() -> None:
    here = np.array([[0.0, 0, 10, 10], [1, 0, 11, 10]])
    looks = Looks(np.eye(2), np.eye(2)[::-1])
    some = Some(boxes=np.array([1]))
    assert _listed(Overlaps(here, here).pair(0.2, some, looks)) == {(0, 1)}
