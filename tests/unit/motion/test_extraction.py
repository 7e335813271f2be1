from fractions import Fraction

import numpy as np
import pytest

from funscribe.field import fit_camera
from funscribe.motion import MotionOptions, extract
from funscribe.records import Provenance, Trace, VideoInfo

GRID = (9, 16)


def make_trace(field, rate_hz=30.0, time_s=None, cut=None):
    field = np.asarray(field, np.float32)
    time_s = np.arange(len(field)) / rate_hz if time_s is None else time_s
    cut = np.zeros(len(field)) if cut is None else cut
    info = VideoInfo("made up", (256, 144), (256, 144), Fraction(1, 90000), 0.0, 0, "raw", "gray")
    return Trace(time_s, field.astype(np.float16), cut, info, Provenance("0", "0", "none"))


def patch_moving(velocity, direction=(0.0, 1.0), rows=slice(3, 6), columns=slice(6, 10)):
    """A patch of cells that moves with `velocity` (T,) downwards, before a world that stands still."""
    field = np.zeros((len(velocity), *GRID, 2), np.float32)
    field[:, rows, columns] = np.asarray(velocity)[:, None, None, None] * np.array(direction)
    return field


def solve(trace, options=None):
    return extract(trace, fit_camera(trace), options or MotionOptions())


def test_a_slide_is_followed_and_up_is_up():
    time_s = np.arange(600) / 30
    height = 0.1 * np.cos(2 * np.pi * 1.2 * time_s)  # upwards
    down = -np.gradient(height, time_s)
    signal = solve(make_trace(patch_moving(down)))
    assert np.corrcoef(signal.position, height)[0, 1] > 0.9


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
def test_short_clips_give_a_signal_of_the_same_length(count):
    rng = np.random.default_rng(count)
    signal = solve(make_trace(rng.normal(0, 0.1, (count, *GRID, 2))))
    assert len(signal) == count
    assert np.isfinite(signal.position).all()
    assert np.isfinite(signal.confidence).all()


def test_a_still_picture_holds_its_position():
    signal = solve(make_trace(np.zeros((300, *GRID, 2))))
    assert np.ptp(signal.position) == 0
    assert signal.confidence.max() < 1e-3
