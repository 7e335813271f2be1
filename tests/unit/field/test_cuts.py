import numpy as np
import pytest

from funscribe.field.cuts import cut_score


def picture(seed):
    return np.random.default_rng(seed).integers(0, 255, (36, 64), dtype=np.uint8)


def test_the_same_picture_is_no_cut():
    assert cut_score(picture(0), picture(0), lambda: picture(0)) == pytest.approx(0, abs=1e-6)


def test_unrelated_pictures_are_a_cut():
    assert cut_score(picture(0), picture(2), lambda: picture(1)) > 0.9


def test_the_better_explanation_counts():
    assert cut_score(picture(0), picture(1), lambda: picture(0)) < 0.01
    assert cut_score(picture(0), picture(0), lambda: picture(1)) < 0.01


def test_flat_pictures_are_alike():
    black, white = np.zeros((36, 64), np.uint8), np.full((36, 64), 255, np.uint8)
    assert cut_score(black, white, lambda: white) == pytest.approx(0, abs=1e-6)


def test_a_change_of_light_is_no_cut():
    before = picture(3)
    after = (before * 0.5 + 60).astype(np.uint8)
    assert cut_score(before, after, lambda: after) < 0.02
