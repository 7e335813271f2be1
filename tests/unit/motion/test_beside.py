import numpy as np
import pytest

from funscribe.field import fit_camera
from funscribe.motion.beside import SEEN, measure, regularity
from funscribe.motion.extraction import follow_shot
from funscribe.motion.options import MotionOptions
from funscribe.motion.rigid import fit_rigid
from funscribe.testing.fields import GRID, moving, seconds, trace_of, wave

TIME_S = seconds(20)
STROKE = 0.13 * wave(1.1, TIME_S)


def beside(field):
    trace = trace_of(field)
    followed = follow_shot(trace, fit_camera(trace), slice(0, len(trace)), MotionOptions(), None)
    found = measure(followed, fit_rigid(followed, GRID), np.flatnonzero(followed.on))
    return dict(zip(SEEN, zip(found.place, found.size, found.over, strict=True), strict=True))


def test_the_range_of_a_roll_is_sixty_degrees():
    place, size, over = beside(moving(TIME_S, y=-STROKE, turn=np.deg2rad(15) * wave(0.43, TIME_S)))["roll"]
    assert np.ptp(place) == pytest.approx(0.5, abs=0.16)
    assert np.median(size) > 0.15
    assert np.median(over) > 3


def test_sway_is_measured_by_the_stroke():
    place, *_ = beside(moving(TIME_S, x=0.5 * 0.13 * wave(0.43, TIME_S), y=-STROKE))["sway"]
    assert np.ptp(place) == pytest.approx(0.5, abs=0.1)


def test_what_goes_with_the_stroke_is_the_stroke():
    bent = beside(moving(TIME_S, x=0.3 * STROKE + 0.8 * STROKE**2, y=-STROKE, turn=1.2 * STROKE))
    assert max(float(np.median(size)) for _, size, _ in bent.values()) < 0.06


def test_what_comes_a_quarter_late_is_not():
    late = beside(moving(TIME_S, y=-STROKE, turn=0.3 * wave(1.1, TIME_S, 0.25)))
    assert np.median(late["roll"][1]) > 0.12


def test_a_jolt_is_no_sway():
    jolt = np.where((TIME_S > 9) & (TIME_S < 9.4), (TIME_S - 9) * 0.5, 0)
    jolt = jolt + np.where(TIME_S >= 9.4, 0.2, 0) + 0.004 * wave(0.43, TIME_S)
    place, *_ = beside(moving(TIME_S, x=jolt, y=-STROKE))["sway"]
    assert np.ptp(place) < 0.25


def test_regularity():
    noise = np.random.default_rng(0).normal(size=600)
    assert regularity(wave(0.5, TIME_S)).min() > 0.9
    assert regularity(np.cumsum(noise)).mean() < 0.6
    assert (regularity(np.zeros(600)) == 0).all()
    assert len(regularity(wave(0.5, TIME_S[:40]))) == 40
