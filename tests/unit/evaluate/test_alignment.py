import numpy as np
import pytest

from funscribe.evaluate.alignment import shift_ms
from funscribe.records import Script

RNG = np.random.default_rng(5)
AT = np.cumsum(RNG.integers(150, 700, 200))
POS = np.where(np.arange(200) % 2, RNG.integers(60, 101, 200), RNG.integers(0, 40, 200))
LATE = 20_000  # so that a script may also be shifted to earlier


@pytest.mark.parametrize("shift", [-9000, -740, -20, 0, 20, 3500, 9980])
def test_a_shift_is_found(shift):
    assert shift_ms(Script(AT + LATE + shift, POS), Script(AT + LATE, POS)) == shift


def test_upside_down_and_rounded_to_other_points():
    reference = Script(AT + LATE, POS)
    grid = np.arange(AT[0], AT[-1], 90)
    other = Script(grid + LATE + 1500, np.rint(100 - np.interp(grid, AT, POS)))
    assert shift_ms(other, reference) == pytest.approx(1500, abs=20)


def test_of_equal_shifts_the_smallest():
    at = np.arange(0, 60_000, 500)
    even = Script(at, np.where(np.arange(120) % 2, 90, 10))
    assert shift_ms(even, even) == 0
    assert shift_ms(Script(at + 120, even.pos), even) == 120


def test_no_farther_than_asked():
    script, reference = Script(AT + LATE + 5000, POS), Script(AT + LATE, POS)
    assert abs(shift_ms(script, reference, 1000)) <= 1000
    assert shift_ms(script, reference, 0) == 0


@pytest.mark.parametrize("still", [Script([], []), Script([5], [50]), Script([0, 9000], [50, 50])])
def test_what_does_not_move_is_not_shifted(still):
    assert shift_ms(still, Script(AT, POS)) == 0
    assert shift_ms(Script(AT, POS), still) == 0
