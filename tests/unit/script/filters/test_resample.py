import numpy as np

from funscribe.records import Script
from funscribe.script.filters import parse


def test_turning_points_stay_and_between_them_it_is_even():
    got = parse("resample(interval_ms=50)")(Script([0, 170, 400, 600], [0, 100, 20, 60]))
    assert {0, 170, 400, 600} <= set(got.at_ms.tolist())
    gaps = np.diff(got.at_ms)
    assert gaps.max() <= 50
    assert gaps.min() >= 40
    assert np.abs(np.interp(got.at_ms, [0, 170, 400, 600], [0, 100, 20, 60]) - got.pos).max() <= 0.5


def test_a_half_cosine_between_turning_points():
    got = parse("resample(interval_ms=100, shape=cosine)")(Script([0, 1000], [0, 100]))
    expected = 50 - 50 * np.cos(np.pi * got.at_ms / 1000)
    assert np.abs(got.pos - expected).max() <= 0.5
    assert len(got) == 11


def test_a_rest_needs_no_actions():
    got = parse("resample")(Script([0, 86_400_000, 86_400_500], [50, 50, 100]))
    assert got.at_ms[:2].tolist() == [0, 86_400_000]
    assert len(got) == 12


def test_dense_actions_get_fewer_but_keep_their_depth():
    at = np.arange(0, 2001, 5)
    got = parse("resample(interval_ms=100)")(Script(at, np.rint(50 - 50 * np.cos(2 * np.pi * at / 1000))))
    assert len(got) <= 30
    assert np.interp([0, 500, 1000, 1500, 2000], got.at_ms, got.pos).tolist() == [0, 100, 0, 100, 0]
