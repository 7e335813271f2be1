from fractions import Fraction

import numpy as np
import pytest

from funscribe.field import camera_field, fit_camera, without_camera
from funscribe.records import Provenance, Trace, VideoInfo

GRID = (9, 16)


def make_trace(field):
    info = VideoInfo("made up", (256, 144), (256, 144), Fraction(1, 30), 0.0, 0, "raw", "gray")
    count = len(field)
    field = np.asarray(field, np.float16)
    return Trace(np.arange(count) / 30, field, np.zeros(count), info, Provenance("0", "0", "none"))


def cameras(count, seed=0):
    return np.random.default_rng(seed).normal(0, 0.3, (count, 4)).astype(np.float32)


def test_a_moving_camera_is_found_exactly():
    camera = cameras(50)
    assert fit_camera(make_trace(camera_field(camera, GRID))) == pytest.approx(camera, abs=2e-3)


def test_a_body_that_moves_on_its_own_is_not_the_camera():
    camera = cameras(50)
    field = camera_field(camera, GRID)
    field[:, 2:7, 5:10] += (1.5, -2.0)
    found = fit_camera(make_trace(field))
    assert np.abs(found - camera).max() < 0.15
    rest = without_camera(make_trace(field), found)
    assert np.abs(rest[:, :, 12:]).max() < 0.1
    assert rest[:, 3:6, 6:9, 1].mean() == pytest.approx(-2.0, abs=0.2)


def test_pan_right_and_zoom_have_their_meaning():
    pan = camera_field(np.array([[1.0, 0, 0, 0]]), GRID)[0]
    assert (pan[..., 0] == 1).all()
    assert not pan[..., 1].any()
    zoom = camera_field(np.array([[0, 0, 1.0, 0]]), GRID)[0]
    assert zoom[0, 0, 0] < 0 < zoom[-1, -1, 0]
    assert zoom[0, 0, 1] < 0 < zoom[-1, -1, 1]


def test_a_still_field_has_a_still_camera():
    assert not fit_camera(make_trace(np.zeros((7, *GRID, 2)))).any()


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_any_number_of_frames(count):
    field = camera_field(cameras(count), GRID)
    assert fit_camera(make_trace(field)).shape == (count, 4)


def test_cells_without_a_say_do_not_count():
    camera = cameras(5)
    field = camera_field(camera, GRID)
    field[:, :, :10] += 3.0
    say = np.zeros(GRID)
    say[:, 10:] = 1
    assert fit_camera(make_trace(field), say) == pytest.approx(camera, abs=0.03)
