import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funscribe.evaluate import cycle_count, match, turning_points
from funscribe.evaluate.cycles import rank_correlation

times = st.lists(st.integers(0, 2000), max_size=30, unique=True).map(sorted)


def test_turning_points_of_a_sine():
    t_ms = np.arange(0, 5000, 10.0)
    found = turning_points(t_ms, 50 + 40 * np.sin(2 * np.pi * t_ms / 1000))
    np.testing.assert_allclose(found.t_ms, np.arange(250, 5000, 500))
    np.testing.assert_allclose(found.pos, [90, 10] * 5)
    assert cycle_count(t_ms, 50 + 40 * np.sin(2 * np.pi * t_ms / 1000)) == 5
    assert cycle_count(t_ms, 50 + 7 * np.sin(2 * np.pi * t_ms / 1000)) == 0


def test_the_middle_of_a_flat_top_is_its_time():
    assert turning_points([0, 100, 300, 400], [0, 90, 90, 0]).t_ms.tolist() == [200]


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="equally long"):
        turning_points([0, 1], [1])


@given(times, times)
def test_match_is_one_to_one_within_reach_and_cannot_be_extended(a, b):
    pairs = match(a, b, 80)
    left, right = pairs[:, 0].tolist(), pairs[:, 1].tolist()
    assert len(set(left)) == len(left)
    assert len(set(right)) == len(right)
    assert all(abs(a[i] - b[j]) <= 80 for i, j in pairs)
    free = [(i, j) for i in set(range(len(a))) - set(left) for j in set(range(len(b))) - set(right)]
    assert all(abs(a[i] - b[j]) > 80 for i, j in free)


def test_the_closest_pair_comes_first():
    assert match([0, 60], [50, 130]).tolist() == [[1, 0]]
    assert match([0], [80]).tolist() == [[0, 0]]
    assert match([0], [81]).tolist() == []


def test_rank_correlation():
    assert rank_correlation([1, 5, 3], [10, 1000, 20]) == pytest.approx(1)
    assert rank_correlation([1, 5, 3], [-1, -5, -3]) == pytest.approx(-1)
    # Ties take their mean rank: ranks 1.5 1.5 3 against 1 2 3.
    assert rank_correlation([4, 4, 9], [1, 2, 3]) == pytest.approx(np.sqrt(0.75))
    assert rank_correlation([4, 4, 4], [1, 2, 3]) is None
