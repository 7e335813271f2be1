import numpy as np
import pytest

from funscribe.field import fit_camera
from funscribe.motion.extraction import follow_shot
from funscribe.motion.options import MotionOptions
from funscribe.motion.rigid import fit_rigid
from funscribe.testing.fields import GRID, RATE_HZ, moving, seconds, trace_of, wave

TIME_S = seconds(16)
STROKE = 0.13 * wave(1.1, TIME_S)


def fitted(field):
    trace = trace_of(field)
    followed = follow_shot(trace, fit_camera(trace), slice(0, len(trace)), MotionOptions(), None)
    assert followed is not None
    return fit_rigid(followed, GRID)


def gain(seen, told):
    true = np.diff(told, prepend=told[0]) * RATE_HZ
    return float(seen @ true / (true @ true)), float(np.corrcoef(seen, true)[0, 1])


def test_a_slide_is_as_fast_as_it_is_and_nothing_else():
    rigid = fitted(moving(TIME_S, y=-STROKE))
    size, r = gain(rigid.velocity[:, 1], -STROKE)
    assert size == pytest.approx(1, abs=0.06)
    assert r > 0.99
    assert np.abs(rigid.velocity[:, 0]).max() < 0.05
    # A part of the whole tenth of a radian that a roll of six degrees would be.
    assert np.ptp(np.cumsum(rigid.velocity[:, 3])) / RATE_HZ < 0.05


@pytest.mark.parametrize(
    ("axis", "told", "size"), [(0, "x", 0.1), (2, "size", 0.2), (3, "turn", 0.3)], ids=["x", "size", "turn"]
)
def test_what_it_does_beside_is_seen(axis, told, size):
    other = size * wave(0.43, TIME_S)
    seen, r = gain(fitted(moving(TIME_S, y=-STROKE, **{told: other})).velocity[:, axis], other)
    assert r > 0.93
    assert 0.7 < seen < 1.15


def test_noise_and_cells_are_told():
    rigid = fitted(moving(TIME_S, y=-STROKE, noise=0.02))
    wide = fitted(moving(TIME_S, y=-STROKE, noise=0.2))
    assert np.median(wide.noise) > 1.5 * np.median(rigid.noise)
    true = 4 * 0.25 * 0.2 * GRID[0] ** 2
    assert 0.6 * true < np.median(rigid.cells) < 1.3 * true
    assert np.isfinite(rigid.radius).all()


def test_something_that_passes_before_it_says_little():
    other = 0.1 * wave(0.43, TIME_S)
    field = moving(TIME_S, x=other, y=-STROKE)
    for start in (90, 300):
        for k in range(45):
            column = k * 16 // 45
            field[start + k, 1:8, max(0, column - 1) : column + 1] = (0.4, 0.0)
    _, r = gain(fitted(field).velocity[:, 0], other)
    assert r > 0.85
