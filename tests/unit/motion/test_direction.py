import numpy as np
import pytest

from funscribe.motion.direction import upward
from funscribe.similarity import similarity_basis

GRID = (9, 16)


@pytest.mark.parametrize(("motion", "sign"), [(0, 1), (1, -1), (2, -1)])
def test_right_is_up_down_is_down_and_nearer_is_down(motion, sign):
    pattern = similarity_basis(GRID)[motion]
    assert upward(pattern, GRID) == sign
    assert upward(-pattern, GRID) == -sign


def test_oblique_motion_goes_by_its_vertical_part():
    field = np.zeros((*GRID, 2))
    field[3:5, 3:5] = (1.0, -0.8)
    assert upward(field.ravel(), GRID) == 1


def test_a_pattern_of_nothing_has_a_sign():
    assert upward(np.zeros(9 * 16 * 2), GRID) == 1
