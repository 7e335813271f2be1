import numpy as np
import pytest

from funscribe.records import Script
from funscribe.script.filters import parse

AT = np.arange(0, 20_000, 10)


def left(hz, cutoff=4.0):
    """Share of the depth of a sine that is left, and how much later it is (ms)."""
    sine = 50 + 40 * np.sin(2 * np.pi * hz * AT / 1000)
    got = parse(f"low_pass(cutoff_hz={cutoff})")(Script(AT, np.rint(sine))).pos[300:-300] - 50.0
    turn = np.exp(-2j * np.pi * hz * AT[300:-300] / 1000)
    found = (got * turn).mean() * 2j / 40
    return abs(found), -np.angle(found) / (2 * np.pi * hz) * 1000


def test_slow_passes_fast_goes_and_at_the_cutoff_half_is_left():
    assert left(1)[0] == pytest.approx(1, abs=0.03)
    assert left(4)[0] == pytest.approx(0.5, abs=0.05)
    assert left(8)[0] < 0.02


def test_nothing_comes_later_or_earlier():
    assert abs(left(1)[1]) < 1
    assert abs(left(3)[1]) < 1


def test_a_line_stays():
    script = Script(np.arange(0, 5001, 50), np.arange(101))
    assert np.array_equal(parse("low_pass(cutoff_hz=1)")(script).pos, script.pos)
